"""What may happen next to a run: the ways on from where it stands, the usual one first."""

from __future__ import annotations

from collections.abc import Sequence

from cityos_runtime.virtual import Run, World

from cityos_compiler import ir
from cityos_compiler.verifying.bounds import NOTHING, Cost
from cityos_compiler.verifying.choices import Choice
from cityos_compiler.verifying.ledger import UNDO, Ledger
from cityos_compiler.verifying.payloads import payloads
from cityos_compiler.verifying.standing import Standing
from cityos_compiler.verifying.subject import Subject
from cityos_compiler.verifying.underway import Asking, Calling, Telling, Underway, longest
from cityos_compiler.verifying.values import example

FAULT = Cost(faults=1)
VARIANT = Cost(variants=1)
AT_ONCE = 2
"""How many of the things that are under way may come to their ends next."""


class Offering:
    """The ways on from where a run stands."""

    def __init__(self, subject: Subject, ledger: Ledger, run: Run, under_way: Sequence[Underway]) -> None:
        self.subject = subject
        self.ledger = ledger
        self.run = run
        self.under_way = under_way

    def choices(self, world: World, stands: Standing) -> list[Choice]:
        """All of them."""
        offers: list[Choice] = []
        for place, each in enumerate(self.under_way[:AT_ONCE]):
            offers += self._outcomes(each, place)
        if not self.under_way:
            offers += self._from_outside(stands)
        if self._may_pass(world):
            late = FAULT if self.under_way else NOTHING
            offers.append(Choice("time", _next_timer(world, stands), cost=late + Cost(jumps=1)))
        if not self.run.cancel_requested:
            offers.append(Choice("cancel", "", cost=FAULT))
        return offers

    def _may_pass(self, world: World) -> bool:
        """Whether a timer may ring before what is under way comes to its end."""
        following = world.clock.next
        if following is None:
            return False
        left = [longest(each.pending.activity.terms) for each in self.under_way if isinstance(each, Asking)]
        return all(each is None or following - world.clock.now <= each for each in left)

    def _outcomes(self, each: Underway, place: int) -> list[Choice]:
        late = FAULT if place else NOTHING
        if isinstance(each, Telling):
            return [
                Choice("answer", each.step, True, place, late),
                Choice("fail", each.step, "missing", place, FAULT + late),
            ]
        if isinstance(each, Calling):
            return self._child_outcomes(each, place, late)
        asked, step = each.asked, each.asked.step
        if asked.operation == "emitEvent":
            return [Choice("answer", step, {}, place, late)]
        if asked.looked_up is not None:
            found = self.ledger.found(asked.looked_up, asked.key)
            return [
                Choice("answer", step, found, place, late),
                Choice("fail", step, "ExternalAPIError", place, FAULT + late),
            ]
        return self._operation_outcomes(each, place, late)

    def _operation_outcomes(self, each: Asking, place: int, late: Cost) -> list[Choice]:
        asked, step = each.asked, each.asked.step
        undoing = asked.key.startswith(UNDO)
        answers = self.subject.answers("" if undoing else step, asked.operation)
        offers = [
            Choice("answer", step, answer, place, late + (VARIANT if n else NOTHING))
            for n, answer in enumerate(answers)
        ]
        offers += [Choice("fail", step, error, place, FAULT + late) for error in self.subject.errors(asked.operation)]
        model = self.subject.operations.get(asked.operation)
        if not undoing and model is not None and model.effect in ("write", "money"):
            offers += [
                Choice("happened", step, answers[0], place, FAULT + late),
                Choice("lost", step, None, place, FAULT + late),
            ]
        return offers

    def _child_outcomes(self, each: Calling, place: int, late: Cost) -> list[Choice]:
        if each.stopped:
            return [Choice("fail", each.step, "CancelledError", place, late)]
        step = self.subject.steps.get(each.step)
        output = example(step.output) if isinstance(step, ir.Child) and step.output is not None else {}
        return [
            Choice("answer", each.step, output, place, late),
            Choice("fail", each.step, "ChildFailedError", place, FAULT + late),
        ]

    def _from_outside(self, stands: Standing) -> list[Choice]:
        offers = []
        for place in self.run.flow._parked:
            offers.append(Choice("decide", place, "retry"))
            offers.append(Choice("decide", place, "fail", cost=FAULT))
            if self.run.flow._parked[place] is not None:
                offers.append(Choice("decide", place, "skip", cost=FAULT))
        for name, payload, usual in payloads(self.run, self.subject, stands.waits):
            offers.append(Choice("signal", name, payload, cost=Cost(signals=1, variants=0 if usual else 1)))
        return offers


def _next_timer(world: World, stands: Standing) -> str:
    at = world.clock.next
    return next((wait.step for wait in stands.waits if wait.armed == at), "a deadline")
