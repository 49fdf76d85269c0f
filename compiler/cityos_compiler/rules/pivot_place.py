"""SAGA003: a pivot stands where it can commit."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.rules.base import at, rule
from cityos_dsl.diagnostics import Finding
from cityos_dsl.project import Project


@rule(
    "SAGA003",
    "A pivot can't commit here",
    "A pivot commits what is registered so far. Beside other branches (`parallel`, a concurrent loop, `meanwhile`) "
    "there is no one moment at which all of it is done. Only a branch of `meanwhile` that ends in `return` may: it "
    "interrupts the flow, which goes no further.",
    bad="- parallel: both\n  branches:\n    - pivot",
    good="- parallel: both\n  branches: [...]\n- pivot",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Look for pivots inside what runs side by side."""
    for pivot in misplaced(workflow).values():
        yield Finding(
            "SAGA003", "a pivot can't commit beside other branches", at(pivot, workflow.file), "move it behind them"
        )


def misplaced(workflow: ir.Workflow) -> dict[int, ir.Pivot]:
    """The pivots inside what runs side by side, by identity."""
    blocks = _going_on(workflow.meanwhile)
    for step in ir.all_steps(workflow):
        blocks += _side_by_side(step)
    return {id(step): step for block in blocks for step in ir.walk(block) if isinstance(step, ir.Pivot)}


def _side_by_side(step: ir.Step) -> list[ir.Block]:
    """The blocks of a step that run beside something."""
    match step:
        case ir.Parallel():
            return [block for _, block in step.branches]
        case ir.ForEach() if step.concurrency is not None:
            return [step.steps, *_going_on(step.meanwhile)]
        case ir.Await() | ir.Group() | ir.ForEach() | ir.Repeat():
            return _going_on(step.meanwhile)
    return []


def _going_on(meanwhile: ir.Meanwhile | None) -> list[ir.Block]:
    """The branches after which the flow goes on."""
    return [block for block in ir.beside(meanwhile) if not (block and isinstance(block[-1], ir.Return))]
