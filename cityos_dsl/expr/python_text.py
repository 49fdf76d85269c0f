"""Small pieces of Python text: literals, calls, attribute names, and how tightly operators hold."""

from __future__ import annotations

import keyword
import re
from datetime import timedelta
from decimal import Decimal

from cityos_dsl.expr.ast import Literal

ANY_LEVEL, TERNARY, OR, AND, NOT, COMPARE, ADD, MULTIPLY, NEGATE, ATOM = range(10)

_UNITS = (
    ("days", timedelta(days=1)),
    ("hours", timedelta(hours=1)),
    ("minutes", timedelta(minutes=1)),
    ("seconds", timedelta(seconds=1)),
    ("milliseconds", timedelta(milliseconds=1)),
    ("microseconds", timedelta(microseconds=1)),
)
_NAMES = {"w": "weeks", "d": "days", "h": "hours", "m": "minutes", "s": "seconds", "ms": "milliseconds"}
_PART = re.compile(r"(\d+)(ms|[wdhms])")


def call(function: str, *args: str) -> tuple[str, int]:
    """A call."""
    return f"{function}({', '.join(args)})", ATOM


def attribute(field: str) -> str:
    """A field's name as a Python attribute: Python's own words get an underscore."""
    return f"{field}_" if keyword.iskeyword(field) else field


def literal(node: Literal) -> tuple[str, int]:
    """A literal in Python."""
    value = node.value
    if isinstance(value, timedelta):
        return _duration_as_written(node.text) or _duration(value), ATOM
    if isinstance(value, Decimal):
        return _decimal(value), ATOM
    if isinstance(value, str):
        return _string(value), ATOM
    negative = isinstance(value, int | float) and value < 0
    return repr(value), NEGATE if negative else ATOM


def _string(value: str) -> str:
    text = repr(value)
    return '"' + text[1:-1] + '"' if text.startswith("'") and '"' not in text else text


def _decimal(value: Decimal) -> str:
    whole = value == value.to_integral_value() and value.as_tuple().exponent == 0
    return f"Decimal({value})" if whole else f'Decimal("{value}")'


def _duration_as_written(text: str) -> str | None:
    """`72h` stays seventy-two hours; a literal in several units becomes several arguments."""
    parts = [(int(count), _NAMES[unit]) for count, unit in _PART.findall(text)]
    if not parts or len({name for _, name in parts}) < len(parts):
        return None
    return f"timedelta({', '.join(f'{name}={count}' for count, name in parts)})"


def _duration(value: timedelta) -> str:
    """The duration in the greatest unit that says it whole."""
    for name, unit in _UNITS:
        if value % unit == timedelta():
            count = value // unit
            return f"timedelta({name}={count})"
    return "timedelta(0)"
