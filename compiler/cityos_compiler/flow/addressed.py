"""Which workflows a signal to an id may reach."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from cityos_compiler.outline import Outline

_ANYTHING = re.compile(r"\{\w+\}")


@dataclass
class Meant:
    """The workflows by the ids that they may have: their own pattern, and those under which they are called or started.

    An id under `to:` may be one that a pattern makes where each part of it is the same or has braces in one of the two.
    The patterns are kept as a tree of their parts: asking costs what is found, however many workflows there are.
    """

    outlines: tuple[Outline, ...]
    _asked: dict[str, list[Outline]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self._tree = _Parts()
        numbers: dict[str, list[int]] = {}
        for number, outline in enumerate(self.outlines):
            numbers.setdefault(outline.name, []).append(number)
            self._tree.add(outline.workflow_id, (number,))
        for outline in self.outlines:
            for name, pattern in outline.children:
                self._tree.add(pattern, numbers.get(name, ()))

    def by(self, to: str) -> list[Outline]:
        """Those that may have an id under `to:`, in the order of the workflows."""
        if to not in self._asked:
            found = {number for numbers in self._tree.fitting(to.split(":")) for number in numbers}
            self._asked[to] = [self.outlines[number] for number in sorted(found)]
        return self._asked[to]


@dataclass
class _Parts:
    """The rest of some patterns, by its first part."""

    inner: dict[str, _Parts] = field(default_factory=dict)
    open: set[str] = field(default_factory=set)
    """The parts that have braces."""
    numbers: set[int] = field(default_factory=set)
    """The workflows whose pattern ends here."""

    def add(self, pattern: str, numbers: Iterable[int]) -> None:
        here = self
        for part in pattern.split(":"):
            if _ANYTHING.search(part):
                here.open.add(part)
            here = here.inner.setdefault(part, _Parts())
        here.numbers.update(numbers)

    def fitting(self, parts: list[str]) -> Iterator[set[int]]:
        if not parts:
            yield self.numbers
            return
        first, *rest = parts
        for part in self.inner if _ANYTHING.search(first) else {first, *self.open} & self.inner.keys():
            yield from self.inner[part].fitting(rest)
