"""A scope with one of everything, the same as pydantic models and as plain data."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from pydantic import BaseModel

from cityos_dsl.expr import functions as cel
from cityos_dsl.expr.scope import Scope
from cityos_dsl.expr.types import (
    ANY,
    BOOL,
    DATE,
    DECIMAL,
    DOUBLE,
    INT,
    STRING,
    TIMESTAMP,
    EnumType,
    Field,
    ListType,
    MapType,
    OptionalType,
    RecordType,
)

NOW = datetime(2026, 1, 31, 12, tzinfo=UTC)
STATUS = EnumType(("pending", "paid", "lost"), "Status")
ITEM = RecordType(
    "Item",
    (
        Field("sku", STRING),
        Field("quantity", INT),
        Field("price", DECIMAL),
        Field("discount", OptionalType(DECIMAL)),
    ),
)
INPUT = RecordType(
    "Input",
    (
        Field("order_id", STRING),
        Field("amount", DECIMAL),
        Field("items", ListType(ITEM)),
        Field("company_id", OptionalType(STRING)),
        Field("gift", OptionalType(ITEM)),
        Field("interval", EnumType(("weekly", "monthly"))),
        Field("status", STATUS),
        Field("starts_at", TIMESTAMP),
        Field("day", DATE),
        Field("rating", DOUBLE),
        Field("b2b", BOOL),
        Field("n", INT),
    ),
)
SCOPE = Scope(
    names={
        "input": INPUT,
        "count": INT,
        "total": DECIMAL,
        "by_sku": MapType(ITEM),
        "body": ANY,
        "lost": INT,
        "reserve": OptionalType(RecordType("Reserve", (Field("id", STRING),))),
        "tenant": RecordType("Tenant", (Field("timezone", STRING), Field("currency", STRING))),
    },
    records={"Item": ITEM},
    missing={"reserve": "`reserve` is skipped unless `input.b2b`", "later": "it runs only after this step"},
)


class Item(BaseModel):
    sku: str
    quantity: int
    price: Decimal
    discount: Decimal | None = None


class Input(BaseModel):
    order_id: str = "o1"
    amount: Decimal = Decimal("12.50")
    items: list[Item] = [
        Item(sku="b", quantity=2, price=Decimal("0.10")),
        Item(sku="a", quantity=1, price=Decimal("0.20"), discount=Decimal("0.05")),
    ]
    company_id: str | None = None
    gift: Item | None = None
    interval: str = "monthly"
    status: str = "paid"
    starts_at: datetime = datetime(2026, 1, 31, tzinfo=UTC)
    day: date = date(2026, 2, 1)
    rating: float = 4.5
    b2b: bool = False
    n: int = 3


class Tenant(BaseModel):
    timezone: str = "Asia/Riyadh"
    currency: str = "SAR"


class Clock:
    """Stands where emitted code finds `workflow`."""

    @staticmethod
    def now() -> datetime:
        return NOW


def environment() -> dict[str, Any]:
    """The values of the scope's names, with models."""
    return {
        "input": Input(),
        "count": 2,
        "total": Decimal("100"),
        "by_sku": {"a": Item(sku="a", quantity=1, price=Decimal("0.20"))},
        "body": {"id": "x1", "data": [{"amount": 1050, "ok": True}], "tags": ["new"], "nothing": None},
        "lost": 1,
        "reserve": None,
        "tenant": Tenant(),
    }


def plain(value: Any) -> Any:
    """Models as dicts, all the way down."""
    if isinstance(value, BaseModel):
        return plain(dict(value))
    if isinstance(value, list):
        return [plain(item) for item in value]
    return {key: plain(item) for key, item in value.items()} if isinstance(value, dict) else value


def run_python(text: str) -> Any:
    """The value of an emitted text."""
    from datetime import timedelta

    words = {"cel": cel, "Decimal": Decimal, "timedelta": timedelta, "workflow": Clock, "Item": Item}
    return eval(text, {**words, **environment()})
