"""SAGA014: a compensation is done when it is answered."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.rules.base import rule, said
from cityos_dsl.diagnostics import Finding, Related
from cityos_dsl.project import Project


@rule(
    "SAGA014",
    "A compensation whose answer comes later",
    "Undoing goes on with the first answer: it waits for no signal, because the workflow that would hear it is ending. "
    "An operation with `completes:` would count as done while it may still fail.",
    bad="- do: payOut\n  compensate: claimBack        # completes: {signals: {claim.paid: ok, ...}}",
    good="- do: payOut\n  compensate: claimBack        # answers at once; what follows is a workflow of its own",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Look for compensations that complete by a signal."""
    for step in ir.all_steps(workflow):
        if isinstance(step, ir.Do | ir.Group) and step.undo is not None and step.undo.operation.spec.completes:
            completes = step.undo.operation.spec.completes
            yield Finding(
                "SAGA014",
                f"`{step.undo.operation.name}` is answered by a signal, and undoing waits for none",
                said(workflow, project, step, "compensate", "do"),
                "undo with an operation whose first answer is final",
                related=(Related(completes.match.span, "it completes here"),),
            )
