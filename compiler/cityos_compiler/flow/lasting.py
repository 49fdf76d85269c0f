"""The longest time that a workflow's stated waits may take together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

from cityos_compiler import ir
from cityos_compiler.flow.constants import Known
from cityos_dsl.fields import seconds

Waits = tuple[tuple[str, timedelta], ...]
NOTHING = timedelta()


@dataclass(frozen=True)
class Longest:
    """The longest way through a block that goes on after it, and the longest that ends the workflow in it."""

    on: Waits | None = ()
    ended: Waits | None = None

    def then(self, after: Longest) -> Longest:
        """This, and what comes after it."""
        if self.on is None:
            return self
        return Longest(_joined(self.on, after.on), longer(self.ended, _joined(self.on, after.ended)))

    def beside(self, other: Longest) -> Longest:
        """Whichever of the two takes longer."""
        return Longest(longer(self.on, other.on), longer(self.ended, other.ended))

    def times(self, passes: int) -> Longest:
        """So many passes, the last of which may end it."""
        if self.on is None:
            return self
        ended = None if self.ended is None else _joined(_repeated(self.on, passes - 1), self.ended)
        return Longest(_repeated(self.on, passes), ended)


def total(waits: Waits) -> timedelta:
    """How long the waits take together."""
    return sum((wait for _, wait in waits), NOTHING)


def longer(one: Waits | None, other: Waits | None) -> Waits | None:
    """The longer of two ways, either of which there may not be."""
    if one is None or other is None:
        return other if one is None else one
    return one if total(one) >= total(other) else other


def longest_waits(workflow: ir.Workflow, attempt: Callable[[ir.Do], float] | None = None) -> Waits:
    """The stated waits on the way through the workflow on which they add up to most.

    Only what the spec says is counted: waits until an instant that depends on the run count as nothing, and so do
    passes of a loop beyond the first where its bound isn't stated. A call counts as what it states, else as the
    seconds that ``attempt`` gives, else as nothing.
    """
    way = _Measure(Known(workflow), attempt).block(workflow.steps)
    return longer(way.on, way.ended) or ()


def _joined(one: Waits, other: Waits | None) -> Waits | None:
    return None if other is None else one + other


def _repeated(waits: Waits, passes: int) -> Waits:
    return tuple((name, wait * passes) for name, wait in waits) if passes > 0 else ()


class _Measure:
    """Measures blocks and steps of one workflow."""

    def __init__(self, known: Known, attempt: Callable[[ir.Do], float] | None) -> None:
        self.known = known
        self.attempt = attempt

    def block(self, steps: ir.Block | None) -> Longest:
        way = Longest()
        for step in steps or ():
            one = self.step(step)
            way = way.then(one.beside(Longest()) if step.guard is not None else one)
        return way

    def step(self, step: ir.Step) -> Longest:
        match step:
            case ir.Return() | ir.Fail():
                return Longest(None, ())
            case ir.Sleep():
                return self._wait(step.name, self.known.duration(step.lasting))
            case ir.Do():
                return self._do(step)
            case ir.Await():
                return self._await(step)
            case ir.If():
                return self.block(step.then).beside(self.block(step.otherwise))
            case ir.Switch():
                return self._widest([*(block for _, block in step.cases), step.default])
            case ir.Parallel():
                return self._widest([block for _, block in step.branches])
            case ir.Group():
                return self._group(step)
            case ir.ForEach():
                return self.block(step.steps).times(self._range(step)).beside(Longest())
            case ir.Repeat():
                passes = self.known.whole_number(step.at_most) or 1
                return self.block(step.steps).times(passes).then(self.block(step.exhausted).beside(Longest()))
        return Longest()

    def _wait(self, name: str, lasting: timedelta | None) -> Longest:
        return Longest(((name, lasting),) if lasting else ())

    def _widest(self, blocks: list[ir.Block | None]) -> Longest:
        way = self.block(blocks[0]) if blocks else Longest()
        for block in blocks[1:]:
            way = way.beside(self.block(block))
        return way

    def _await(self, step: ir.Await) -> Longest:
        wait = self._wait(step.name, self.known.duration(step.lasting))
        return wait.then(self._widest([*(branch.steps for branch in step.branches), step.then, step.timeout]))

    def _do(self, step: ir.Do) -> Longest:
        stated = self.known.duration(step.within)
        completes = step.operation.spec.completes
        if stated is None and completes is not None:
            stated = timedelta(seconds=seconds(completes.within.text) or 0)
        if stated is None and self.attempt is not None:
            stated = timedelta(seconds=self.attempt(step))
        way = self._wait(step.name, stated)
        rounds = self.known.whole_number(step.rounds) or 1
        for catch in step.catch:
            branch = self.block(catch.steps)
            way = way.beside(branch.times(rounds - 1).then(way) if catch.retries else way.then(branch))
        if step.on_failure_steps is not None:
            way = way.beside(way.then(self.block(step.on_failure_steps)))
        return way

    def _group(self, step: ir.Group) -> Longest:
        way = self.block(step.steps)
        caught = [catch.steps for catch in step.catch]
        if step.until is not None and step.timeout is not None:
            caught.append(step.timeout)
        for block in caught:
            way = way.beside(way.then(self.block(block)))
        return way

    def _range(self, step: ir.ForEach) -> int:
        first, last = self.known.whole_number(step.first), self.known.whole_number(step.last)
        return max(1, last - first + 1) if first is not None and last is not None and step.concurrency is None else 1
