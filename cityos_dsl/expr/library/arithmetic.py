"""Operators on values whose types are only known when they are there."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal, DecimalException
from functools import lru_cache
from typing import Any

from cityos_dsl.expr.errors import EvaluationError
from cityos_dsl.expr.limits import INT_MAX, INT_MIN, sized

_KINDS: dict[type, str] = {
    bool: "bool",  # before int, which it is as well; timestamp before date in the same way
    int: "int",
    float: "double",
    Decimal: "decimal",
    str: "string",
    bytes: "bytes",
    datetime: "timestamp",
    date: "date",
    timedelta: "duration",
    list: "list",
    tuple: "list",
    Mapping: "map",
    type(None): "null",
}


def kind_of(value: Any) -> str:
    """The name of the value's type, as an architect writes it."""
    return _kind_of_type(type(value))  # type: ignore[arg-type]  # mypy knows no hash of a type's own


@lru_cache(maxsize=4096)
def _kind_of_type(kind: type) -> str:
    return next((name for cls, name in _KINDS.items() if issubclass(kind, cls)), "record")


def no_overload(op: str, *values: Any) -> EvaluationError:
    """The error of an operator or function that does not take such values."""
    kinds = ", ".join(kind_of(value) for value in values)
    return EvaluationError("no_such_overload", f"`{op}` does not take {kinds}")


def int64(value: int) -> int:
    """The integer, if it fits into 64 bits."""
    if not INT_MIN <= value <= INT_MAX:
        raise EvaluationError("overflow", "the integer does not fit into 64 bits")
    return value


_SUMS = {("timestamp", "duration"), ("duration", "timestamp"), ("date", "duration"), ("duration", "date")}
_SAME = {"double", "decimal", "duration"}
_MONEY = {("int", "decimal"), ("decimal", "int"), ("decimal", "decimal")}


def add(left: Any, right: Any) -> Any:
    """`left + right`."""
    kinds = (kind_of(left), kind_of(right))
    if kinds == ("int", "int"):
        return int64(left + right)
    if kinds[0] == kinds[1] and kinds[0] in ("list", "string", "bytes"):
        sized(len(left) + len(right))
        return [*left, *right] if kinds[0] == "list" else left + right
    if kinds in _SUMS or kinds in _MONEY or (kinds[0] == kinds[1] and kinds[0] in _SAME):
        return _guarded(lambda: left + right)
    raise no_overload("+", left, right)


def sub(left: Any, right: Any) -> Any:
    """`left - right`."""
    kinds = (kind_of(left), kind_of(right))
    if kinds == ("int", "int"):
        return int64(left - right)
    same = kinds[0] == kinds[1] and kinds[0] in {"double", "decimal", "duration", "timestamp", "date"}
    if same or kinds in _MONEY or kinds in {("timestamp", "duration"), ("date", "duration")}:
        return _guarded(lambda: left - right)
    raise no_overload("-", left, right)


def mul(left: Any, right: Any) -> Any:
    """`left * right`."""
    kinds = (kind_of(left), kind_of(right))
    if kinds == ("int", "int"):
        return int64(left * right)
    if kinds in _MONEY or kinds in {("double", "double"), ("duration", "int"), ("int", "duration")}:
        return _guarded(lambda: left * right)
    raise no_overload("*", left, right)


def div(left: Any, right: Any) -> Any:
    """`left / right`: whole numbers towards zero, decimals to 28 digits."""
    kinds = (kind_of(left), kind_of(right))
    if kinds == ("double", "double"):
        return divide_doubles(left, right)
    if kinds != ("int", "int") and kinds not in _MONEY:
        raise no_overload("/", left, right)
    if right == 0:
        raise EvaluationError("divide_by_zero", "division by zero")
    if kinds != ("int", "int"):
        return _guarded(lambda: left / right)
    quotient = abs(left) // abs(right)
    return int64(quotient if (left < 0) == (right < 0) else -quotient)


def mod(left: Any, right: Any) -> Any:
    """`left % right`, with the sign of `left`."""
    if kind_of(left) != "int" or kind_of(right) != "int":
        raise no_overload("%", left, right)
    if right == 0:
        raise EvaluationError("modulus_by_zero", "remainder of a division by zero")
    rest = abs(left) % abs(right)
    return -rest if left < 0 else rest


def neg(value: Any) -> Any:
    """`-value`."""
    kind = kind_of(value)
    if kind == "int":
        return int64(-value)
    if kind in {"double", "decimal", "duration"}:
        return -value
    raise no_overload("-", value)


def divide_doubles(left: float, right: float) -> float:
    """`left / right` as IEEE 754 has it: infinite where the divisor is zero."""
    if right != 0:
        return left / right
    if left == 0 or math.isnan(left):
        return math.nan
    return math.copysign(math.inf, left) * math.copysign(1.0, right)


def _guarded(operation: Any) -> Any:
    try:
        return operation()
    except (OverflowError, DecimalException) as error:
        raise EvaluationError("overflow", "the result is out of range") from error


_NUMBERS = {"int", "double", "decimal"}
_ORDERED = {"string", "bool", "bytes", "timestamp", "duration", "date"}


def equals(left: Any, right: Any) -> bool:
    """`left == right`: numbers by value, whatever their types; never a bool and a number."""
    kinds = (kind_of(left), kind_of(right))
    if kinds[0] in _NUMBERS and kinds[1] in _NUMBERS:
        return bool(left == right)
    if kinds[0] != kinds[1]:
        return False
    if kinds[0] == "list":
        return len(left) == len(right) and all(equals(a, b) for a, b in zip(left, right, strict=True))
    if kinds[0] == "map":
        return left.keys() == right.keys() and all(equals(value, right[key]) for key, value in left.items())
    return bool(left == right)


def contains(container: Any, value: Any) -> bool:
    """`value in container`: an item of a list, a key of a map."""
    if isinstance(container, list | tuple):
        return any(equals(value, item) for item in container)
    if isinstance(container, Mapping):
        return any(equals(value, key) for key in container)
    raise no_overload("in", value, container)


def compare(op: str, left: Any, right: Any) -> bool:
    """`left < right` and the other three orders."""
    kinds = (kind_of(left), kind_of(right))
    comparable = (kinds[0] in _NUMBERS and kinds[1] in _NUMBERS) or (kinds[0] == kinds[1] and kinds[0] in _ORDERED)
    if not comparable:
        raise no_overload(op, left, right)
    if any(isinstance(value, float) and math.isnan(value) for value in (left, right)):
        return False
    match op:
        case "<":
            return bool(left < right)
        case "<=":
            return bool(left <= right)
        case ">":
            return bool(left > right)
        case _:
            return bool(left >= right)
