"""SAGA001: a write or money effect after which the workflow may fail is undone, or says why not."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.flow.graph import flow_of
from cityos_compiler.flow.stranded import stranded
from cityos_compiler.rules.base import at, rule
from cityos_dsl.diagnostics import Finding, Related
from cityos_dsl.project import Project


@rule(
    "SAGA001",
    "A side effect has no compensation",
    "What a workflow writes or charges must be undone when a later step fails. Give the step a `compensate:`, or say "
    "in `no_undo:` why it may stay. What comes after a pivot is driven forward and not undone.",
    bad="- do: capturePayment\n- do: createDeliveryOrder\n- pivot",
    good="- do: capturePayment\n  compensate: refundPayment\n- do: createDeliveryOrder\n"
    "  compensate: cancelDeliveryOrder\n- pivot",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Look for effects after which something may still fail."""
    steps = ir.walk(workflow.steps)
    covered = {id(inner) for step in steps if isinstance(step, ir.Group) for inner in _covered(step)}
    undoing = {id(inner) for step in steps for block in _after_undo(step) for inner in ir.walk(block)}
    undoing |= {id(inner) for block in _after_undo_in(workflow.steps) for inner in ir.walk(block)}

    def left_behind(step: ir.Step) -> bool:
        if not isinstance(step, ir.Do) or step.operation.effect not in ("write", "money"):
            return False
        return step.undo is None and step.no_undo is None and id(step) not in covered | undoing

    for step, failing in stranded(flow_of(workflow), left_behind):
        assert isinstance(step, ir.Do)
        why = "a cancellation may come before the pivot"
        if failing is not None:
            why = f"`{failing.name}` may fail after it" if failing.name else "the workflow may fail after it"
        yield Finding(
            "SAGA001",
            f"`{step.name}` is a {step.operation.effect} effect, {why}, and nothing undoes it",
            at(step, workflow.file),
            "add `compensate: <operation>`, or `no_undo: <why it may stay>`, or `pivot` where all of it is to stay",
            related=(Related(at(failing, workflow.file), "this may fail"),) if failing is not None else (),
        )


def _after_undo_in(block: ir.Block) -> list[ir.Block]:
    return [block[index + 1 :] for index, step in enumerate(block) if isinstance(step, ir.Undo) and step.only is None]


def _covered(group: ir.Group) -> list[ir.Step]:
    return ir.walk(group.steps) if group.no_undo or group.undo else []


def _after_undo(step: ir.Step) -> list[ir.Block]:
    """Blocks in which an `undo` came first: what they do is part of the ending."""
    return [behind for block in ir.children(step) for behind in _after_undo_in(block)]
