"""The search: every path within the bounds, the ones with the fewest faults first."""

from __future__ import annotations

import gc
import time
from collections import Counter
from collections.abc import Callable
from contextvars import copy_context
from dataclasses import dataclass, field
from heapq import heappop, heappush

from cityos_runtime.virtual.apart import apart

from cityos_compiler.verifying.bounds import Bounds, Cost
from cityos_compiler.verifying.choices import Choice, Path
from cityos_compiler.verifying.judging import Judge, Wrong
from cityos_compiler.verifying.playing import Play
from cityos_compiler.verifying.subject import Subject


@dataclass
class Explored:
    """What the search of one workflow came to."""

    subject: Subject
    runs: int = 0
    states: int = 0
    merged: int = 0
    seconds: float = 0.0
    """Of this process."""
    ends: Counter[str] = field(default_factory=Counter)
    """How often a run ended in which way."""
    cut: Counter[str] = field(default_factory=Counter)
    """How often each bound cut something."""
    wrong: dict[tuple[str, str], tuple[Wrong, Path]] = field(default_factory=dict)
    """By kind and step, with the shortest path to it."""
    reached: set[int] = field(default_factory=set)
    """The identities of the steps that some run reached."""
    compensated: set[str] = field(default_factory=set)
    """The steps that some run undid."""
    uncommitted: set[str] = field(default_factory=set)
    """The steps that some run made before a pivot, or undid after one without an operator's word."""
    late: dict[str, Path] = field(default_factory=dict)
    """The steps that some run made after one, with a path to there."""


def explore(subject: Subject, bounds: Bounds, enough: Callable[[Path], bool] = lambda _: False) -> Explored:
    """Search a workflow; ``enough`` hears of each path that was walked to its end, and may end the search there."""
    search = _Search(subject, bounds)
    apart(lambda: search.go(enough))
    return search.found


class _Search:
    def __init__(self, subject: Subject, bounds: Bounds) -> None:
        self.subject = subject
        self.bounds = bounds
        self.judge = Judge(subject.workflow)
        self.found = Explored(subject)
        self.seen: dict[int, list[Cost]] = {}
        self.ahead: list[tuple[int, int, Path]] = []
        """A heap: the path with the least that is unusual comes first, the older of two equal ones."""
        self.put = 0

    def go(self, enough: Callable[[Path], bool]) -> None:
        began = time.process_time()
        for number in range(len(self.subject.given)):
            self.later(Path(given=number))
        while self.ahead:
            if self.found.runs >= self.bounds.runs:
                self.found.cut["runs"] += len(self.ahead)
                break
            walked = copy_context().run(self.one, heappop(self.ahead)[2])
            self.found.seconds = time.process_time() - began
            if enough(walked):
                break
            if self.found.runs % 100 == 0:
                copy_context().run(gc.collect)

        for step, path in self.found.late.items():
            if step not in self.found.uncommitted:
                for wrong in self.judge.late(step):
                    self.wrong(wrong, path)

    def later(self, path: Path) -> None:
        """Leave a path for later."""
        self.put += 1
        heappush(self.ahead, (path.cost.weight, self.put, path))

    def one(self, path: Path) -> Path:
        """One run along a path, and on from there by the usual choices; the whole way that it went."""
        self.found.runs += 1
        play = Play(self.subject, self.subject.given[path.given])
        for choice in path.choices():
            play.take(choice)
        while True:
            if play.run.is_over:
                self.end(play, path)
                return path
            following = self.onward(play, path)
            if following is None:
                break
            path = following
        self.note(play, path)
        return path

    def onward(self, play: Play, path: Path) -> Path | None:
        """Where the usual choice leads; the others are for later. None where all of it is known, or nothing comes."""
        offers, stands = play.offers()
        if not self.is_new(hash(stands.state), path.cost):
            self.found.merged += 1
            return None
        if not play.open:
            for wrong in self.judge.resting(play, stands):
                self.wrong(wrong, path)
        allowed: list[tuple[Choice, Path]] = []
        for choice in offers:
            beyond = self.bounds.exceeded(path.cost + choice.cost)
            if beyond is None and path.length < self.bounds.choices:
                allowed.append((choice, path.then(choice)))
            else:
                self.found.cut[beyond or "choices"] += 1
        if not allowed:
            return None
        usual, onward = allowed[0]
        later = allowed if onward.cost.faults > path.cost.faults else allowed[1:]
        for _, other in later:
            self.later(other)
        if later is allowed:
            return None
        play.take(usual)
        return onward

    def is_new(self, state: int, cost: Cost) -> bool:
        """Whether a state was not explored with as much left."""
        cost = self.bounds.counted(cost)
        known = self.seen.get(state)
        if known is None:
            self.seen[state] = [cost]
            self.found.states += 1
            return True
        if any(each.at_most(cost) for each in known):
            return False
        known.append(cost)
        return True

    def end(self, play: Play, path: Path) -> None:
        self.note(play, path)
        self.found.ends[play.run.status] += 1
        for wrong in self.judge.ended(play):
            self.wrong(wrong, path)

    def note(self, play: Play, path: Path) -> None:
        self.found.reached |= play.reached
        for effect in play.ledger.effects:
            if effect.undone:
                self.found.compensated.add(effect.step)
            if not effect.late or (effect.undone and play.ends_as_written):
                self.found.uncommitted.add(effect.step)
            elif effect.happened:
                self.found.late.setdefault(effect.step, path)

    def wrong(self, wrong: Wrong, path: Path) -> None:
        known = self.found.wrong.get((wrong.kind, wrong.step))
        if known is None or (path.cost.faults, path.length) < (known[1].cost.faults, known[1].length):
            self.found.wrong[wrong.kind, wrong.step] = (wrong, path)
