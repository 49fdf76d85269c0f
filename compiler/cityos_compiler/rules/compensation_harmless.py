"""SAGA008: a compensation can take back what its step did."""

from __future__ import annotations

from collections.abc import Iterator, Set
from typing import TypeAlias

from cityos_compiler import ir
from cityos_compiler.rules.base import rule, said
from cityos_dsl.diagnostics import Finding, Related
from cityos_dsl.project import Project

Inputs: TypeAlias = tuple[tuple[str, ir.Value], ...]


@rule(
    "SAGA008",
    "A compensation takes nothing back",
    "A compensation changes the world back. An operation that only reads changes nothing, a notice gives no money "
    "back, and the step's own operation does the same again. What has to be undone itself, in another step, leaves "
    "something behind where it should take something back.",
    bad="- do: capturePayment\n  compensate: fetchPayment",
    good="- do: capturePayment\n  compensate: refundPayment",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Compare the effects of steps with those of their compensations."""
    steps = ir.all_steps(workflow)
    undone = {step.operation.name for step in steps if isinstance(step, ir.Do) and step.undo is not None}
    for step in steps:
        if not isinstance(step, ir.Do | ir.Group) or step.undo is None:
            continue
        why = _why_not(step, step.undo, undone)
        if why is not None:
            yield Finding(
                "SAGA008",
                f"`{step.undo.operation.name}` can't take `{step.name}` back: {why}",
                said(workflow, project, step, "compensate", "do"),
                "name the operation that does take it back, or say in `no_undo:` why it may stay",
                related=(Related(step.undo.operation.span, f"its effect is {step.undo.operation.effect}"),),
            )


def _same(done: Inputs, undone: Inputs) -> bool:
    """Whether the inputs are the same: what sets a status can set it back."""
    return bool(ir.to_data(done) == ir.to_data(undone))


def _why_not(step: ir.Do | ir.Group, undo: ir.Compensation, undone: Set[str]) -> str | None:
    if isinstance(step, ir.Do) and undo.operation is step.operation and _same(step.inputs, undo.inputs):
        return "it would do the same again"
    if undo.operation.effect == "read":
        return "it only reads"
    if undo.operation.effect == "notify" and isinstance(step, ir.Do) and step.operation.effect == "money":
        return "a notice gives no money back"
    if undo.operation.name in undone and not (isinstance(step, ir.Do) and undo.operation is step.operation):
        return "it has to be undone itself, where it is a step"
    return None
