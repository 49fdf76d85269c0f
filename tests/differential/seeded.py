"""`python -m tests.differential.seeded`: puts twenty bugs in, one at a time, and says what finds each of them."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from functools import cache
from typing import Any

from cityos_compiler.scenarios.outcome import Outcome
from hypothesis import HealthCheck, Phase, given, seed, settings

from tests.differential.cases import Case, build, cases
from tests.differential.playing import between, tell
from tests.differential.seeding import BUGS, Bug

MOST = 600


@cache
def drawn(number: int = MOST, start: int = 5) -> tuple[Case, ...]:
    """The first random cases of a seed."""
    found: list[Case] = []

    @seed(start)
    @settings(max_examples=number, deadline=None, database=None, phases=[Phase.generate],
              suppress_health_check=list(HealthCheck))  # fmt: skip
    @given(cases())
    def draw(case: Case) -> None:
        found.append(case)

    draw()
    return tuple(found)


class Hunt:
    """Random cases, run again with each bug; what a bug leaves alone is run once."""

    def __init__(self) -> None:
        self._right: dict[tuple[int, int, str], Outcome] = {}

    def find(self, bug: Bug) -> str:
        """How a bug was found; empty where it wasn't."""
        for number, case in enumerate(drawn(), start=1):
            if (told := self._apart(bug, number, case)) is not None:
                return f"random case {number}: {told}"
        return ""

    def _apart(self, bug: Bug, number: int, case: Case) -> str | None:
        built = build(case)
        if built is None:
            return None
        right = "interpreted" if bug.side == "compiled" else "compiled"
        for place, story in enumerate(case.stories):
            if (number, place, right) not in self._right:
                self._right[number, place, right] = tell(built, getattr(built, right), story)
        with bug.seeded():
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
            yield bug, hunt.find(bug)


if __name__ == "__main__":
    for bug, found in table(sys.argv[1:]):
        print(f"{bug.side:11}  {bug.name}: {found or 'NOT FOUND'}", flush=True)
