"""What a search reaches of the points of a workflow that no scenario got to.

The search is that of `cityosc verify`. Each path of it is walked again on the generated code, where points are found
by what ran, as those of scenarios are.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from contextvars import copy_context
from dataclasses import dataclass
from pathlib import Path

from cityos_runtime.virtual import Program

from cityos_compiler.scenarios.coverage.measuring import Measuring, Ran, module_of
from cityos_compiler.scenarios.coverage.points import Point
from cityos_compiler.verifying import choices
from cityos_compiler.verifying.bounds import Bounds
from cityos_compiler.verifying.exploring import explore
from cityos_compiler.verifying.playing import Play
from cityos_compiler.verifying.subject import Subject

OFTEN = 20
"""The paths after which it is looked whether anything is left to be reached."""


@dataclass(frozen=True)
class Searched:
    """What a search of one workflow came to."""

    runs: int
    cut: Mapping[str, int]
    """How often each bound cut something."""
    reached: frozenset[Point]


def searched(subject: Subject, program: Program, wanted: Iterable[Point], generated: Path, bounds: Bounds) -> Searched:
    """Search a workflow until it got to all of the wanted points, or has no path left.

    Args:
        subject: the workflow, ready to be searched.
        program: the same, as it is compiled.
        wanted: the points that are looked for.
        generated: the folder of generated code.
        bounds: how far the search goes.
    """
    walking = _Walking(subject, program, list(wanted), generated)
    found = explore(subject, bounds, walking)
    left = walking.left()
    return Searched(found.runs, dict(found.cut), frozenset(walking.wanted).difference(left))


class _Walking:
    """Walks along the paths of a search on the generated code."""

    def __init__(self, subject: Subject, program: Program, wanted: list[Point], generated: Path) -> None:
        self.subject = subject
        self.program = program
        self.wanted = wanted
        self.measuring = Measuring(generated)
        self.module = module_of(subject.workflow).name
        self.undone: set[str] = set()
        self.walked = 0

    def __call__(self, path: choices.Path) -> bool:
        """Walk along one; whether all that is wanted was reached by now."""
        self.walked += 1
        copy_context().run(self._walk, path)
        return self.walked % OFTEN == 0 and not self.left()

    def left(self) -> list[Point]:
        """What is wanted and was not reached so far."""
        ran = self.measuring.ran().get(self.module, Ran())
        return [point for point in self.wanted if not ran.reached(point, self.undone)]

    def _walk(self, path: choices.Path) -> None:
        with self.measuring.on():
            play = Play(self.subject, self.subject.given[path.given], program=self.program)
            for choice in path.choices():
                play.take(choice)
        self.undone |= play.undone
