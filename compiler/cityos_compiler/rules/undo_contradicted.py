"""SAGA015: a step is undone, or says why not."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.rules.base import rule, said
from cityos_dsl.diagnostics import Finding, Related
from cityos_dsl.project import Project


@rule(
    "SAGA015",
    "Undone, and a reason why not",
    "`compensate:` says what takes a step back, `no_undo:` why nothing does. With both, one of them is wrong, and the "
    "reader can't tell which. A reason that says nothing is none.",
    bad="- do: capturePayment\n  compensate: refundPayment\n  no_undo: it is owed",
    good="- do: capturePayment\n  compensate: refundPayment",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Look at the steps with a reason."""
    for step in ir.all_steps(workflow):
        if not isinstance(step, ir.Do | ir.Group) or step.no_undo is None:
            continue
        if step.undo is not None:
            yield Finding(
                "SAGA015",
                f"`{step.name}` is undone by `{step.undo.operation.name}`, and says why it isn't",
                said(workflow, project, step, "no_undo"),
                "keep one of the two",
                related=(Related(said(workflow, project, step, "compensate"), "it is undone here"),),
            )
        elif not step.no_undo.strip():
            yield Finding(
                "SAGA015",
                f"nothing says why `{step.name}` may stay",
                said(workflow, project, step, "no_undo"),
                "write the reason",
            )
