"""What all makers of random steps share."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, TypeAlias

from tests.differential.dice import Dice
from tests.differential.expressions import Expressions
from tests.differential.scope import Scope

Step: TypeAlias = Any
Made: TypeAlias = tuple[Step, Scope]

ERRORS = ("RefusedError", "NotFoundError", "SoldOutError", "ExternalAPIError", "NetworkError")
STATUSES = ("early", "late", "over")
KINDS = {
    "status": "string", "n": "int", "total": "decimal", "log": "[string]", "note": "string?", "mood": "Mood",
    "lasts": "duration", "at": "timestamp", "tally": "{string: int}",
}  # fmt: skip


class Making:
    """Random choices, and what was made so far."""

    def __init__(self, dice: Dice, room: int) -> None:
        self.dice = dice
        self.expressions = Expressions(dice)
        self.room = room
        self.outputs: list[str] = []
        """The fields that every `return` gives."""
        self.children: list[str] = []
        self._given: set[str] = set()
        """What steps gave, which is not known everywhere behind them."""

    def block(
        self, scope: Scope, depth: int, *, may_end: bool = False, least: int = 1, most: int = 4
    ) -> tuple[list[Step], Scope]:
        """Steps one after the other; where they may, they end the flow or the block around."""
        raise NotImplementedError

    def _after(self, before: Scope, inner: Scope) -> Scope:
        """Behind a block that may not have run, or not to its end: what its steps gave may be missing."""
        new = {name: kind for name, kind in inner.values.items() if name in self._given and name not in before.values}
        return replace(before, maybe={**before.maybe, **new}, undoable=inner.undoable)
