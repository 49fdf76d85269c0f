"""SAGA013: a compensation takes it as success that there is nothing to undo."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.policies import retry_of
from cityos_compiler.rules.base import rule
from cityos_compiler.spoken import Spoken, spoken
from cityos_dsl.diagnostics import Finding, Severity
from cityos_dsl.project import Project


@rule(
    "SAGA013",
    "A compensation fails where there is nothing left",
    "A compensation is retried when its answer is lost, and run when nobody knows whether its step happened. A "
    "`DELETE` then finds nothing, and a 404 taken for an error leaves to an operator what was undone "
    "long ago. `absent: success` says that nothing left is what was wanted.",
    bad="releaseStock:\n  effect: write\n  request: DELETE /orders/${ input.order_id }/stock",
    good="releaseStock:\n  effect: write\n  request: DELETE /orders/${ input.order_id }/stock\n  absent: success",
    severity=Severity.WARNING,
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Look at the operations that undo steps."""
    for step in ir.all_steps(workflow):
        if isinstance(step, ir.Do | ir.Group) and step.undo is not None:
            yield from _refusing(project, step.undo)


def _refusing(project: Project, undo: ir.Compensation) -> Iterator[Finding]:
    if undo.operation.effect == "read" or retry_of(project, undo.operation)["attempts"] == 1:
        return
    for way in spoken(undo.operation):
        if _may_find_nothing(way, undo) and not _takes_absence(way):
            request = way.binding.request
            yield Finding(
                "SAGA013",
                f"`{undo.operation.name}` undoes a step, and fails{way.by} where there is nothing left to undo",
                request.span if request is not None else undo.operation.span,
                "add `absent: success`",
            )


def _may_find_nothing(way: Spoken, undo: ir.Compensation) -> bool:
    """A repeated `DELETE`, and what is run without knowing whether its step happened."""
    return way.method == "DELETE" or (not undo.needs_result and "$" in way.path)


def _takes_absence(way: Spoken) -> bool:
    binding = way.binding
    answers = any(matcher.result is not None for matcher in binding.errors or ())
    return binding.absent is not None or binding.success is not None or answers
