"""SAGA001: a write or money effect before a pivot is undone, or says why not."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.rules.base import at, rule
from cityos_dsl.diagnostics import Finding
from cityos_dsl.project import Project


@rule(
    "SAGA001",
    "A side effect before a pivot has no compensation",
    "What a workflow writes or charges before its pivot must be undone when a later step fails. Give the step a "
    "`compensate:`, or say in `no_undo:` why it may stay. After the last pivot nothing is undone.",
    bad="- do: capturePayment\n- do: createDeliveryOrder\n- pivot",
    good="- do: capturePayment\n  compensate: refundPayment\n- do: createDeliveryOrder\n"
    "  compensate: cancelDeliveryOrder\n- pivot",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Look at the steps that a pivot still lies ahead of."""
    steps = ir.walk(workflow.steps)
    pivots = [index for index, step in enumerate(steps) if isinstance(step, ir.Pivot)]
    if not pivots:
        return
    covered = {id(inner) for step in steps if isinstance(step, ir.Group) for inner in _covered(step)}
    undoing = {id(inner) for step in steps for block in _after_undo(step) for inner in ir.walk(block)}
    for step in steps[: pivots[-1]]:
        if not isinstance(step, ir.Do) or step.operation.effect not in ("write", "money"):
            continue
        if step.undo is None and step.no_undo is None and id(step) not in covered | undoing:
            yield Finding(
                "SAGA001",
                f"`{step.name}` is a {step.operation.effect} effect before a pivot, and nothing undoes it",
                at(step, workflow.file),
                "add `compensate: <operation>`, or `no_undo: <why it may stay>`",
            )


def _covered(group: ir.Group) -> list[ir.Step]:
    return ir.walk(group.steps) if group.no_undo or group.undo else []


def _after_undo(step: ir.Step) -> list[ir.Block]:
    """Blocks in which an `undo` came first: what they do is part of the ending."""
    found = []
    for block in ir.children(step):
        for index, inner in enumerate(block):
            if isinstance(inner, ir.Undo) and inner.only is None:
                found.append(block[index + 1 :])
    return found
