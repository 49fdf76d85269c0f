"""What a field's declaration says besides its type: bounds, a pattern, a default (language reference, Types)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal, InvalidOperation
from typing import TypeAlias

from cityos_dsl.expr import types as t
from cityos_dsl.source import Scalar

Literal: TypeAlias = str | bool | int | float | Decimal | timedelta
LIMITS = ("min", "max", "min_items", "max_items", "pattern", "default")


@dataclass(frozen=True)
class Misfit:
    """An option that doesn't fit its field."""

    option: Scalar
    message: str
    help: str | None = None


def misfits(kind: t.Type, options: Mapping[str, Scalar]) -> Iterator[Misfit]:
    """What is wrong with a declaration's limits: each fits the field's type, and a bound has both ends in order."""
    for name, option in options.items():
        if name in LIMITS:
            yield from _one(t.without_null(kind), name, option)
    for low, high in (("min", "max"), ("min_items", "max_items")):
        if low in options and high in options:
            ends = literal(t.DECIMAL, options[low].text), literal(t.DECIMAL, options[high].text)
            if isinstance(ends[0], Decimal) and isinstance(ends[1], Decimal) and ends[0] > ends[1]:
                message = f"nothing fits between {options[low].text} and {options[high].text}"
                yield Misfit(options[high], message, f"`{low}` is the smaller one")


def _one(kind: t.Type, name: str, option: Scalar) -> Iterator[Misfit]:
    text = option.text
    if name in ("min", "max"):
        if kind not in t.NUMBERS and kind != t.DURATION:
            yield Misfit(option, f"`{name}` bounds a number, and this is {t.show(kind)}", "items: min_items, max_items")
        elif literal(kind, text) is None:
            yield Misfit(option, f"`{text}` is no {t.show(kind)}")
    elif name in ("min_items", "max_items"):
        if not isinstance(kind, t.ListType | t.MapType):
            yield Misfit(option, f"`{name}` bounds a list or a map, and this is {t.show(kind)}")
        elif not text.isdigit():
            yield Misfit(option, f"`{text}` is no number of items")
    elif name == "pattern":
        yield from _pattern(kind, option)
    elif literal(kind, text) is None:
        yield Misfit(option, f"`{text}` is no {t.show(kind)}", "a default is a plain value of the field's type")


def _pattern(kind: t.Type, option: Scalar) -> Iterator[Misfit]:
    if kind != t.STRING:
        yield Misfit(option, f"`pattern` is for strings, and this is {t.show(kind)}")
        return
    try:
        re.compile(option.text)
    except re.error as error:
        yield Misfit(option, f"`{option.text}` is no regular expression: {error}")


def literal(kind: t.Type, text: str) -> Literal | None:
    """A plain value written as text; None where the text is none of that type."""
    from cityos_dsl.fields import seconds

    kind = t.without_null(kind)
    if isinstance(kind, t.EnumType):
        return text if text in kind.members else None
    if kind == t.STRING:
        return text
    if kind == t.BOOL:
        return {"true": True, "false": False}.get(text)
    if kind == t.DURATION:
        length = seconds(text)
        return timedelta(seconds=length) if length is not None else None
    try:
        if kind == t.INT:
            return int(text)
        if kind == t.DOUBLE:
            return float(text)
        if kind == t.DECIMAL:
            return Decimal(text)
    except (ValueError, InvalidOperation):
        return None
    return None
