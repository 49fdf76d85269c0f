"""The shortest time that a run takes which goes well: sleeps that always happen, and waits that only the clock ends."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from cityos_compiler import ir
from cityos_compiler.flow.constants import Known

NOTHING = timedelta()


def shortest(workflow: ir.Workflow) -> timedelta:
    """How long the quickest way through a workflow lasts, at least: what may be interrupted counts as nothing."""
    return NOTHING if workflow.meanwhile is not None else _block(Known(workflow), workflow.steps)[0]


def _block(known: Known, steps: ir.Block | None) -> tuple[timedelta, bool]:
    """The least that a block takes, and whether some way through it ends or leaves what is around it."""
    lasting = NOTHING
    for step in steps or ():
        own, ends = _step(known, step)
        lasting += NOTHING if step.guard is not None and not isinstance(step, ir.If) else own
        if ends:
            return lasting, True
    return lasting, False


def _step(known: Known, step: ir.Step) -> tuple[timedelta, bool]:
    match step:
        case ir.Sleep():
            return known.duration(step.lasting) or NOTHING, False
        case ir.Await() if not step.branches and step.when is None and step.meanwhile is None:
            after, ends = _block(known, step.timeout)
            return (known.duration(step.lasting) or NOTHING) + after, ends
        case ir.If():
            return _least([_block(known, step.then), _block(known, step.otherwise)])
        case ir.Parallel() if not step.first:
            ways = [_block(known, block) for _, block in step.branches]
            return max((way for way, _ in ways), default=NOTHING), any(ends for _, ends in ways)
        case ir.Group() if not (step.left or step.catch or step.meanwhile or step.until or step.within):
            return _block(known, step.steps)
    ends = isinstance(step, ir.Return | ir.Fail | ir.Leave | ir.Next | ir.Retry)
    return NOTHING, ends or any(_block(known, block)[1] for block in ir.children(step))


def _least(ways: Iterable[tuple[timedelta, bool]]) -> tuple[timedelta, bool]:
    every = list(ways)
    return min(way for way, _ in every), any(ends for _, ends in every)
