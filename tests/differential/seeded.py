"""`python -m tests.differential.seeded`: puts twenty bugs in, one at a time, and says what finds each of them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

from cityos_compiler.scenarios.outcome import Outcome

from tests.differential import town
from tests.differential.cases import Case, build, thrown
from tests.differential.compiling import Built, interpreted
from tests.differential.playing import between, tell
from tests.differential.seeding import BUGS, Bug

MOST = 300


@cache
def drawn(number: int = MOST, start: int = 5) -> tuple[Case, ...]:
    """The first random cases of a seed."""
    return tuple(thrown(start, each) for each in range(number))


class Hunt:
    """Random cases, run again with each bug; what a bug leaves alone is run once."""

    def __init__(self) -> None:
        self._right: dict[tuple[int, int, str], Outcome] = {}

    def find(self, bug: Bug) -> str:
        """How a bug was found; empty where it wasn't."""
        if (told := self._in_town(bug)) is not None:
            return told
        for number, case in enumerate(drawn(), start=1):
            if (told := self._apart(bug, number, case)) is not None:
                return f"random case {number}: {told}"
        return ""

    def _in_town(self, bug: Bug) -> str | None:
        right = Built(town.checked())
        ways = {"compiled": right.interpreted, "interpreted": right.compiled}
        interpreted.cache_clear()  # a definition is read with the bug, or without it
        with bug.seeded():
            wrong = Built(town.checked())
            programs = getattr(wrong, bug.side)
            for scenario in town.scenarios():
                before = town.outcome(right, ways[bug.side], scenario)
                if between(before, town.outcome(wrong, programs, scenario)):
                    return f"the town's {scenario.workflow}: {scenario.name}"
        return None

    def _apart(self, bug: Bug, number: int, case: Case) -> str | None:
        built = build(case)
        if built is None:
            return None
        right = "interpreted" if bug.side == "compiled" else "compiled"
        for place, story in enumerate(case.stories):
            if (number, place, right) not in self._right:
                self._right[number, place, right] = tell(built, getattr(built, right), story)
        interpreted.cache_clear()  # a definition is read with the bug, or without it
        with bug.seeded():
            built = Built(built.checked)  # what was generated without the bug is not taken over
            for place, story in enumerate(case.stories):
                outcome = tell(built, getattr(built, bug.side), story)
                if apart := between(self._right[number, place, right], outcome):
                    return _short(apart[0])
        return None


def _short(text: str) -> str:
    line = text.replace("\n    and:", " /")
    return line if len(line) < 160 else line[:157] + "..."


def table(names: Any = None) -> Iterator[tuple[Bug, str]]:
    """Each bug and what found it."""
    hunt = Hunt()
    for number, bug in enumerate(BUGS, start=1):
        if not names or str(number) in names:
            interpreted.cache_clear()
            yield bug, hunt.find(bug)


if __name__ == "__main__":
    for bug, found in table(sys.argv[1:]):
        print(f"{bug.side:11}  {bug.name}: {found or 'NOT FOUND'}", flush=True)
