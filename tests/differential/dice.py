"""What the generators of random workflows choose with."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

T = TypeVar("T")
Number = Callable[[int, int], int]
"""Gives a number between two, both included."""


class Dice:
    """Random choices, of hypothesis or of a random number generator."""

    def __init__(self, number: Number) -> None:
        self.number = number
        self._named = 0

    def chance(self, percent: int) -> bool:
        """True this often; False is simpler."""
        return self.number(0, 99) >= 100 - percent

    def pick(self, among: Sequence[T]) -> T:
        """One of them; the first is the simplest."""
        return among[self.number(0, len(among) - 1)]

    def name(self, stem: str) -> str:
        """A name that nothing else has."""
        self._named += 1
        return f"{stem}{self._named}"
