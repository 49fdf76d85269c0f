"""LIMIT003: a list that is sent is no longer than the operation takes."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.flow.lists import bounded
from cityos_compiler.rules.base import at, rule, said
from cityos_dsl.diagnostics import Finding, Related
from cityos_dsl.project import Project


@rule(
    "LIMIT003",
    "A batch is larger than its operation takes",
    "An operation's input says in `max_items` how many items one call may have (architecture §13.3). A list that may "
    "be longer is refused by the system on the day on which it is.",
    bad="input:\n  variants: {type: [Variant], max_items: 5000}\nsteps:\n"
    "  - do: syncInventory      # input: {variants: {type: [Variant], max_items: 500}}",
    good="input:\n  variants: {type: [Variant], max_items: 500}\nsteps:\n  - do: syncInventory",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Compare the bound of every list that is sent with what the operation takes."""
    for step in ir.all_steps(workflow):
        if not isinstance(step, ir.Do):
            continue
        takes = {decl.name: (decl, int(text)) for decl in step.operation.input
                 for name, text in decl.limits if name == "max_items" and text.isdigit()}  # fmt: skip
        for name, value in step.inputs:
            sent = bounded(workflow, value) if name in takes and isinstance(value, ir.Expr) else None
            if sent is not None and sent.bound is not None and sent.bound > takes[name][1]:
                place = said(workflow, project, step, "with", name)
                yield Finding(
                    "LIMIT003",
                    f"`{sent.path}` may have {sent.bound:,} items, and `{step.operation.name}` takes "
                    f"{takes[name][1]:,}",
                    place if place != said(workflow, project, step, "with") else at(step, workflow.file),
                    f"let it have {takes[name][1]:,}, or send it in parts",
                    related=(Related(takes[name][0].span, "what one call takes"),),
                )
