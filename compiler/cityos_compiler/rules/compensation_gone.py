"""SAGA013: a compensation takes it as success that there is nothing to undo."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.policies import retry_of
from cityos_compiler.rules.base import rule
from cityos_compiler.spoken import spoken
from cityos_dsl.diagnostics import Finding, Severity
from cityos_dsl.project import OperationModel, Project


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
            yield from _refusing(project, step.undo.operation)


def _refusing(project: Project, operation: OperationModel) -> Iterator[Finding]:
    if retry_of(project, operation)["attempts"] == 1:
        return
    for way in spoken(operation):
        binding = way.binding
        answers = [matcher.result for matcher in binding.errors or () if matcher.result is not None]
        if way.method == "DELETE" and binding.absent is None and binding.success is None and not answers:
            yield Finding(
                "SAGA013",
                f"`{operation.name}` undoes a step, and fails{way.by} where there is nothing left to undo",
                binding.request.span if binding.request is not None else operation.span,
                "add `absent: success`",
            )
