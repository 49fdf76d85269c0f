"""Equality between any values, and the order of those that have one."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cityos_dsl.expr.cel.numbers import compare
from cityos_dsl.expr.cel.overloads import Overload, overload
from cityos_dsl.expr.cel.values import Map, Optional, kind_of
from cityos_dsl.expr.errors import EvaluationError

_NUMBERS = frozenset({"int", "uint", "double"})
KEYS = frozenset({"bool", "int", "uint", "double", "string"})
_ORDERED = ("int", "uint", "double", "bool", "string", "bytes", "timestamp", "duration")


def equals(left: Any, right: Any) -> bool:
    """`left == right`: numbers by value, whatever their types; values of other types that differ are unequal."""
    kinds = (kind_of(left), kind_of(right))
    if kinds[0] in _NUMBERS and kinds[1] in _NUMBERS:
        return compare(left, right) == 0
    if kinds[0] != kinds[1]:
        return False
    if isinstance(left, list):
        return len(left) == len(right) and all(map(equals, left, right))
    if isinstance(left, Map):
        return len(left) == len(right) and all(key in right and equals(left[key], right[key]) for key in left)
    if isinstance(left, Optional):
        return left.present == right.present and equals(left.value, right.value)
    return bool(left == right)


def _in_list(value: Any, items: list[Any]) -> bool:
    return any(equals(value, item) for item in items)


def _is_key(key: Any, entries: Map) -> bool:
    if kind_of(key) not in KEYS:
        raise EvaluationError("no_such_overload", f"a {kind_of(key)} cannot be a key")
    return key in entries


def _order(test: Callable[[int], bool]) -> Callable[[Any, Any], bool]:
    def numbers(left: Any, right: Any) -> bool:
        order = compare(left, right)
        return order is not None and test(order)

    return numbers


def _orders(op: str, test: Callable[[int], bool]) -> list[Overload]:
    numbers = _order(test)
    return [
        overload(
            f"_{op}_({kind}, {kind}) -> bool",
            numbers if kind in _NUMBERS else lambda a, b: test(int(a > b) - int(a < b)),
        )
        for kind in _ORDERED
    ]


CROSS_TYPE: tuple[tuple[str, str], ...] = tuple((a, b) for a in sorted(_NUMBERS) for b in sorted(_NUMBERS) if a != b)
"""Numbers of two types have an order too where the checker does not know the types: `dyn(1) < 2.0`."""

_TESTS: dict[str, Callable[[int], bool]] = {
    "<": lambda order: order < 0,
    "<=": lambda order: order <= 0,
    ">": lambda order: order > 0,
    ">=": lambda order: order >= 0,
}

COMPARISONS: tuple[Overload, ...] = (
    overload("_==_(A, A) -> bool", equals),
    overload("_!=_(A, A) -> bool", lambda a, b: not equals(a, b)),
    overload("in(A, list(A)) -> bool", _in_list),
    overload("in(A, map(A, B)) -> bool", _is_key),
    *(each for op, test in _TESTS.items() for each in _orders(op, test)),
)
"""What the checker knows; the evaluator also compares numbers across types."""

DYNAMIC: tuple[Overload, ...] = tuple(
    overload(f"_{op}_({left}, {right}) -> bool", _order(test))
    for op, test in _TESTS.items()
    for left, right in CROSS_TYPE
)
