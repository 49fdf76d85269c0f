"""SAGA016: an operation's effect is what its request does."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.rules.base import rule
from cityos_compiler.spoken import spoken
from cityos_dsl.diagnostics import Finding, Related
from cityos_dsl.project import OperationModel, Project

CHANGING = ("PUT", "PATCH", "DELETE")
SAFE = ("GET", "HEAD")


@rule(
    "SAGA016",
    "An effect that contradicts its request",
    "`effect:` decides what must be undone and what may simply be asked again. By HTTP's own terms a `GET` changes "
    "nothing, and a `PUT`, `PATCH` or `DELETE` does; where the effect says otherwise, either nothing undoes what "
    "happened, or something is asked to undo what didn't.",
    bad="cancelOrder:\n  effect: read\n  request: DELETE /orders/${ input.order_id }",
    good="cancelOrder:\n  effect: write\n  request: DELETE /orders/${ input.order_id }",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Look at every operation that the workflow runs, its compensations too."""
    for step in ir.all_steps(workflow):
        if isinstance(step, ir.Do):
            yield from _contradicted(step.operation)
        if isinstance(step, ir.Do | ir.Group) and step.undo is not None:
            yield from _contradicted(step.undo.operation)


def _contradicted(operation: OperationModel) -> Iterator[Finding]:
    """An operation of which no provider's request does what its effect says; one of them may have nothing to do."""
    ways = [way for way in spoken(operation) if way.binding.request is not None]
    if ways and all(way.method in (CHANGING if operation.effect == "read" else SAFE) for way in ways):
        request = ways[0].binding.request
        yield Finding(
            "SAGA016",
            f"`{operation.name}` is a {operation.effect} effect, and its request is a {ways[0].method}",
            operation.spec.effect.span,
            f"write `effect: {'write' if operation.effect == 'read' else 'read'}`, or another request",
            related=(Related(request.span, "what is sent"),) if request is not None else (),
        )
