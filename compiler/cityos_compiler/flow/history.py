"""How many history events a workflow may write before it can continue as new."""

from __future__ import annotations

from collections.abc import Iterable

from cityos_compiler import ir
from cityos_compiler.flow.constants import Known
from cityos_compiler.flow.lists import listed

LIMIT = 50_000  # where Temporal ends a workflow
ACTIVITY, TIMER, SIGNAL, CHILD = 6, 5, 6, 10  # with the workflow task that each wakes


class Events:
    """Estimates of one workflow: the most events that its blocks and steps write, endless where nothing bounds them."""

    def __init__(self, workflow: ir.Workflow) -> None:
        self.known = Known(workflow)
        self.workflow = workflow

    def block(self, steps: ir.Block | None) -> float:
        """All steps of a block, one after the other."""
        return sum(self.step(step) for step in steps or ())

    def step(self, step: ir.Step) -> float:
        """One step with all that is in it; a loop that continues as new counts one pass."""
        match step:
            case ir.Do():
                rounds = self.known.whole_number(step.rounds) or 1
                undoing = ACTIVITY if step.undo is not None else 0
                return rounds * (ACTIVITY + self._widest(ir.children(step))) + undoing
            case ir.Sleep():
                return TIMER
            case ir.Await():
                branches = [*(branch.steps for branch in step.branches), step.then, step.timeout or ()]
                return TIMER + SIGNAL + self._widest(branches) + self._ticks(step)
            case ir.Child():
                return CHILD
            case ir.SendSignal() | ir.Emit():
                return ACTIVITY
            case ir.If() | ir.Switch():
                return self._widest(ir.children(step))
            case ir.ForEach() | ir.Repeat():
                return self.passes(step) * self.block(step.steps)
        return sum(self.block(block) for block in ir.children(step))

    def _ticks(self, step: ir.Await) -> float:
        """What rings again and again while a wait lasts, as far as the spec says both."""
        lasting = self.known.duration(step.lasting)
        written = 0.0
        for timer in step.meanwhile.timers if step.meanwhile is not None and lasting is not None else ():
            every = self.known.duration(timer.every)
            if lasting is not None and every is not None and every.total_seconds() > 0:
                written += (lasting // every) * (TIMER + self.block(timer.steps))
        return written

    def passes(self, loop: ir.ForEach | ir.Repeat) -> float:
        """The most passes of a loop within one run; 1 where the spec doesn't say."""
        if isinstance(loop, ir.Repeat):
            if loop.at_most is None:
                return 1 if loop.carries else float("inf")
            return self.known.whole_number(loop.at_most) or 1
        if loop.among is not None:
            found = listed(self.workflow, loop.among)
            return found.bound if found is not None and found.bound is not None else 1
        first, last = self.known.whole_number(loop.first), self.known.whole_number(loop.last)
        return max(0, last - first + 1) if first is not None and last is not None else 1

    def _widest(self, blocks: Iterable[ir.Block]) -> float:
        return max((self.block(block) for block in blocks), default=0)
