"""The operations that random workflows run, as `specs/systems` of the place declares them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from tests.differential.scope import Fields


@dataclass(frozen=True)
class Operation:
    """An operation: what must be said, what may be, what it gives, and how it may be undone."""

    name: str
    needs: Fields
    gives: Fields
    takes: Fields = field(default_factory=dict)
    perhaps: Fields = field(default_factory=dict)
    """What it gives that may be null."""
    undone_by: tuple[Any, ...] = ()
    """Compensations; `STEP` in their inputs stands for the step's name."""
    variant: str = ""
    gates: bool = False
    """Whether the run chooses between two systems."""


LOOK: Fields = {
    "open": "bool", "mood": "Mood", "visitors": "int", "price": "decimal", "lasts": "duration", "tags": "[string]",
    "counts": "{string: int}",
}  # fmt: skip
BOOKED: Fields = {"booking_id": "string", "count": "int"}

OPERATIONS = (
    Operation("look", {"place": "string"}, LOOK, {"count": "int?", "since": "timestamp?"},
              {"note": "string", "at": "timestamp"}),
    Operation("book", {"place": "string", "count": "int"}, BOOKED,
              undone_by=("unbook", {"do": "unbook", "with": {"place": "'b'"}})),
    Operation("reserve", {"place": "string", "count": "int"}, {"reservation_id": "string"},
              undone_by=("release", {"do": "release", "with": {"count": "n"}})),
    Operation("pay", {"place": "string", "amount": "decimal"}, {"payment_id": "string", "paid": "decimal"},
              undone_by=({"do": "repay", "with": {"amount": "STEP.paid"}}, {"do": "repay", "with": {"amount": "total"}},
                         "repay")),
    Operation("order", {"place": "string", "amount": "decimal"}, {"order_id": "string"}, undone_by=("cancelOrder",)),
    Operation("record", {"line": "string", "tags": "[string]"}, {"line_number": "int"},
              {"stop": "Stop?", "lasts": "duration?"}),
    Operation("tell", {"text": "string"}, {}),
    Operation("announce", {"loudness": "int", "visitor_id": "string"}, {"heard_by": "int"}, variant="visit"),
    Operation("announce", {"loudness": "int", "minutes": "int"}, {"heard_by": "int"}, variant="closing"),
    Operation("count", {"place": "string"}, {"counted": "int"}, gates=True),
)  # fmt: skip

UNDOABLE = tuple(operation for operation in OPERATIONS if operation.undone_by)
