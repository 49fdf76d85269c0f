"""SAGA007: what a lookup finds is enough to undo with."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.flow.reading import fields_read
from cityos_compiler.rules.base import rule, said
from cityos_compiler.spoken import spoken
from cityos_dsl.diagnostics import Finding, Related
from cityos_dsl.project import Project
from cityos_dsl.source import Mapping


@rule(
    "SAGA007",
    "A lookup doesn't find what the undoing needs",
    "After a lost answer the operation's `lookup:` says what the step brought about, and that is all there is to undo "
    "with. A field that the compensation reads and the lookup's `result:` doesn't give is missing exactly then.",
    bad="compensate: {do: refundPayment, with: {amount: capturePayment.amount}}\n"
    "# lookup: {result: {payment_id: item.id}}",
    good="# lookup: {result: {payment_id: item.id, amount: item.amount}}",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Compare what each compensation reads of its step's result with what each lookup gives."""
    for step in ir.all_steps(workflow):
        if not isinstance(step, ir.Do) or step.undo is None:
            continue
        read = frozenset(name for _, value in step.undo.inputs for name in fields_read(value, step.name))
        for way in spoken(step.operation):
            found = way.binding.lookup.result if way.binding.lookup is not None else None
            missing = sorted(read - {key.text for key, _ in found}) if isinstance(found, Mapping) else []
            if missing and found is not None:
                yield Finding(
                    "SAGA007",
                    f"`{step.undo.operation.name}` needs `{missing[0]}` of `{step.name}`, and after a lost answer the "
                    f"lookup{way.by} doesn't give it",
                    said(workflow, project, step, "compensate", "do"),
                    f"give `{missing[0]}` in the lookup's `result:`, or take the value from somewhere else",
                    related=(Related(found.span, "this is all that a lookup finds"),),
                )
                break
