"""Examples of types: plain data, as it would come in JSON."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from cityos_runtime.sandbox.conditions import samples

from cityos_dsl.expr import types as t

_PLAIN: dict[t.Type, Any] = {
    t.STRING: "text",
    t.BOOL: False,
    t.INT: 1,
    t.DOUBLE: 1.0,
    t.DECIMAL: "10",
    t.TIMESTAMP: "2027-01-05T08:00:00Z",
    t.DURATION: 3600,
    t.DATE: "2027-01-05",
    t.BYTES: "",
    t.NULL: None,
}


def example(kind: t.Type, limits: tuple[tuple[str, str], ...] = ()) -> Any:
    """A value of a type, as small as it may be."""
    bounds = dict(limits)
    match kind:
        case t.OptionalType():
            return None
        case t.EnumType(members=members):
            return members[0]
        case t.ListType(item=item):
            return [example(item) for _ in range(int(bounds.get("min_items", 1)))]
        case t.MapType(value=value):
            return {"key": example(value)}
        case t.RecordType(fields=fields):
            return {f.name: example(f.type, f.limits) for f in fields if not isinstance(f.type, t.OptionalType)}
    if "pattern" in bounds:
        return next(samples(bounds["pattern"]), "text")
    if "min" in bounds and kind in t.NUMBERS:
        return int(bounds["min"]) if kind == t.INT else bounds["min"]
    return _PLAIN.get(kind, {})


def is_of(kind: t.Type, value: Any) -> bool:
    """Whether a plain value could be one of this type."""
    match kind:
        case t.OptionalType(inner=inner):
            return is_of(inner, value)
        case t.EnumType(members=members):
            return value in members
    if kind == t.STRING:
        return isinstance(value, str)
    if kind == t.BOOL:
        return isinstance(value, bool)
    return kind in t.NUMBERS and isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def others(kind: t.Type, value: Any) -> list[Any]:
    """Values of a type that a condition may tell from this one."""
    match kind:
        case t.OptionalType(inner=inner):
            return [example(inner)] if value is None else [None, *others(inner, value)]
        case t.EnumType(members=members):
            return [member for member in members if member != value]
        case t.ListType(item=item):
            return [[]] if value else [[example(item)]]
    return [not value] if kind == t.BOOL else []
