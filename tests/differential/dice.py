"""What the generators of random workflows choose with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from hypothesis import strategies as st

T = TypeVar("T")
Draw = Callable[[st.SearchStrategy[Any]], Any]


class Dice:
    """Choices that hypothesis makes, and makes simpler where something fails: the first is the simplest."""

    def __init__(self, draw: Draw) -> None:
        self._draw = draw
        self._named = 0

    def number(self, least: int, most: int) -> int:
        value: int = self._draw(st.integers(least, most))
        return value

    def chance(self, percent: int) -> bool:
        """True this often; False is simpler."""
        return self.number(0, 99) >= 100 - percent

    def pick(self, among: Sequence[T]) -> T:
        return among[self.number(0, len(among) - 1)]

    def name(self, stem: str) -> str:
        """A name that nothing else has."""
        self._named += 1
        return f"{stem}{self._named}"
