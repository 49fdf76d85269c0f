"""What must hold at the end of every run."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from cityos_runtime.interpreter.scope import Ended

from cityos_compiler import ir
from cityos_compiler.verifying.playing import Play
from cityos_compiler.verifying.standing import Standing
from cityos_dsl.expr.errors import EvaluationError
from cityos_dsl.expr.evaluate import evaluate
from cityos_dsl.expr.parse import parse


@dataclass(frozen=True)
class Wrong:
    """Something that must not be."""

    kind: str
    step: str
    """The step it is about; empty for the whole workflow."""
    message: str

    @property
    def is_note(self) -> bool:
        """Whether it is worth knowing, and no violation."""
        return self.kind in NOTES


NOTES = frozenset({"doubtful", "deadline"})
"""What the written spec accepts, and a reader may not have thought of."""


class Judge:
    """What a workflow's runs are measured by."""

    def __init__(self, workflow: ir.Workflow) -> None:
        self.workflow = workflow
        self.undoable = {step.name for step in ir.all_steps(workflow)
                         if isinstance(step, ir.Do | ir.Group) and step.undo is not None}  # fmt: skip
        self.kept = _kept(workflow)
        self.invariants = [(each.text, parse(each.text)) for each in workflow.invariants]

    def resting(self, play: Play, stands: Standing) -> Iterator[Wrong]:
        """A run in which nothing is under way: it needs a time of its own, and has taken what came."""
        flow = play.run.flow
        for wait in stands.waits:
            kept = flow.mailbox.find((*wait.signals, *wait.beside)) if flow.mailbox.kept else None
            if kept is not None:
                yield Wrong("lost", wait.step, f"`{wait.step}` listens to `{kept[0].name}`, which came and isn't taken")
        if flow._parked or any(wait.armed is not None for wait in stands.waits):
            return
        for wait in stands.waits:
            what = "a signal that may never come" if wait.signals or wait.beside else "nothing that can come"
            yield Wrong("waits", wait.step, f"`{wait.step}` waits for {what}, and has no time of its own")

    def late(self, step: str) -> Iterator[Wrong]:
        """A step that was only ever made after a pivot, and never undone."""
        if step in self.undoable:
            yield Wrong("late", step, f"`{step}` is only made after the pivot, where nothing undoes it by itself")

    def ended(self, play: Play) -> Iterator[Wrong]:
        """A run that came to its end."""
        run, ledger = play.run, play.ledger
        for kind, step, message in ledger.wrong:
            yield Wrong(kind, step, message)
        if run.status == "stuck":
            yield Wrong("stuck", run.flow._progress.step, f"the workflow's own code can't go on: {run.stuck}")
            return
        yield from self._invariants(play)
        for step in play.unfinished:
            yield Wrong("after", step, f"`{step}` is still under way when the workflow ends")
        if run.status not in ("failed", "cancelled"):
            return
        how = "failed" if run.status == "failed" else "was cancelled"
        if ledger.pivoted and run.status == "failed" and not play.written_failure:
            yield self._after_pivot(play)
        for effect in ledger.effects:
            if effect.committed or effect.exempt or effect.given_up or not effect.stands:
                continue
            if effect.step in self.undoable:
                yield Wrong("left", effect.step, f"the workflow {how}, and `{effect.step}` was not undone")
            elif effect.step not in self.kept and not (ledger.pivoted):
                doubt = "may have happened: " if effect.doubtful else ""
                kind = "doubtful" if effect.doubtful else "left"
                yield Wrong(kind, effect.step, f"{doubt}the workflow {how}, and nothing undoes `{effect.step}`")
        yield from self._order(play)

    def _after_pivot(self, play: Play) -> Wrong:
        failure = play.run.failure
        if str(failure).endswith(f"not done within {play.run.flow.facts.within}"):
            return Wrong("deadline", "", "the workflow's deadline may fail it after its pivot")
        step = play.run.flow._progress.step
        return Wrong("pivot", step, f"the workflow failed after its pivot with {failure}: what is committed goes on")

    def _invariants(self, play: Play) -> Iterator[Wrong]:
        """What the spec says of every end but a continuation in a new run, which is none."""
        flow = play.run.flow
        if not self.invariants or flow._refusal is not None or flow.ending is None:
            return
        scope = _AtEnd(flow)
        for text, tree in self.invariants:
            try:
                holds = evaluate(tree, scope, play.run.clock.now, records=flow.definition.types)
            except EvaluationError as error:
                holds = False
                text = f"{text} ({error})"
            if not holds:
                ending = flow.ending.status
                yield Wrong("invariant", "", f"the workflow ends as {ending}, and this does not hold: {text}")

    def _order(self, play: Play) -> Iterator[Wrong]:
        for (_, before, sweep), (operation, place, same) in pairwise(play.ledger.undoings):
            if place > before and sweep == same:
                yield Wrong("order", operation, f"`{operation}` undoes something newer than what was undone before it")


class _AtEnd(Ended):
    """The scope of invariants: every result, also those that no run needs to keep."""

    def _result(self, name: str) -> Any:
        return self.city.announced.get(name)  # type: ignore[attr-defined]  # a WatchedCity


def _kept(workflow: ir.Workflow) -> frozenset[str]:
    """The steps of which the spec says that what they do may stay."""
    names = set()
    for step in ir.all_steps(workflow):
        if isinstance(step, ir.Do) and step.no_undo is not None:
            names.add(step.name)
        if isinstance(step, ir.Group) and (step.no_undo or step.undo):
            names |= {inner.name for inner in ir.walk(step.steps)}
    for block in (workflow.last, *ir.beside(workflow.meanwhile)):
        names |= {step.name for step in ir.walk(block)}
    return frozenset(names)
