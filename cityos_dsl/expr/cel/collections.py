"""Lists, maps and optionals: the standard functions, and the extensions `lists` and `optional`."""

from __future__ import annotations

from functools import cmp_to_key
from typing import Any

from cityos_dsl.expr.cel.comparison import KEYS, equals
from cityos_dsl.expr.cel.numbers import compare
from cityos_dsl.expr.cel.overloads import Overload, overload
from cityos_dsl.expr.cel.values import NONE, Instant, Map, Optional, Span, TypeValue, kind_of
from cityos_dsl.expr.errors import EvaluationError
from cityos_dsl.expr.limits import sized

_SORTED = ("bool", "int", "uint", "double", "string", "bytes", "timestamp", "duration")


def _add(left: list[Any], right: list[Any]) -> list[Any]:
    sized(len(left) + len(right))
    return [*left, *right]


def _position(index: Any) -> int:
    """The index as a whole number, where it is one."""
    if isinstance(index, bool) or not isinstance(index, int | float) or index != index or index % 1 != 0:
        raise EvaluationError("no_such_overload", f"a list has no item at a {kind_of(index)}")
    return int(index)


def item(items: list[Any], index: Any) -> Any:
    """`items[index]`."""
    at = _position(index)
    if not 0 <= at < len(items):
        raise EvaluationError("index_out_of_range", f"there is no item {at} in a list of {len(items)}")
    return items[at]


def entry(entries: Map, key: Any) -> Any:
    """`entries[key]`."""
    if kind_of(key) not in KEYS:
        raise EvaluationError("no_such_overload", f"a {kind_of(key)} cannot be a key")
    if key not in entries:
        raise EvaluationError("no_such_key", f"there is no key `{key}`")
    return entries[key]


def maybe_item(container: Any, index: Any) -> Optional:
    """`container[?index]`: the item if there is one."""
    if isinstance(container, Map):
        return Optional(True, container[index]) if index in container else NONE
    try:
        return Optional(True, item(container, index))
    except EvaluationError as error:
        if error.kind == "index_out_of_range":
            return NONE
        raise


def _within(optional: Optional, index: Any) -> Optional:
    """The index into what the optional holds, if it holds anything."""
    if not optional.present:
        return NONE
    if not isinstance(optional.value, list | Map):
        raise EvaluationError("no_such_overload", f"a {kind_of(optional.value)} has no items")
    return maybe_item(optional.value, index)


def _value(optional: Optional) -> Any:
    if not optional.present:
        raise EvaluationError("no_value", "`optional.none()` has no value")
    return optional.value


def is_zero(value: Any) -> bool:
    """Whether the value is what a field has that nobody set."""
    if isinstance(value, Instant | Span):
        return value.nanos == 0
    return not isinstance(value, TypeValue | Optional) and not value


def _slice(items: list[Any], start: int, end: int) -> list[Any]:
    if not 0 <= start <= end <= len(items):
        raise EvaluationError("index_out_of_range", f"{start} to {end} is not within {len(items)} items")
    return items[start:end]


def _flatten(items: list[Any], depth: int = 1) -> list[Any]:
    if depth < 0:
        raise EvaluationError("invalid_argument", "`flatten` takes no negative depth")
    flat = items
    for _ in range(min(depth, 100)):
        if not any(isinstance(each, list) for each in flat):
            break
        flat = [part for each in flat for part in (each if isinstance(each, list) else [each])]
        sized(len(flat))
    return flat


def _range(count: int) -> list[int]:
    sized(count)
    return list(range(count))


def _distinct(items: list[Any]) -> list[Any]:
    sized(len(items) ** 2 // 100)
    found: list[Any] = []
    for each in items:
        if not any(equals(each, other) for other in found):
            found.append(each)
    return found


def in_order(keys: list[Any], items: list[Any]) -> list[Any]:
    """The items in the order of their keys, which must be of one type that has an order."""
    kinds = {kind_of(key) for key in keys}
    if len(kinds) > 1 or not kinds <= set(_SORTED):
        raise EvaluationError("no_such_overload", "only values of one ordered type can be sorted")
    numbers = kinds <= {"int", "uint", "double"}

    def order(one: Any, other: Any) -> int:
        return (compare(one, other) or 0) if numbers else int(one > other) - int(one < other)

    key = cmp_to_key(order)
    places = sorted(range(len(keys)), key=lambda at: key(keys[at]))
    return [items[at] for at in places]


def _first(items: list[Any]) -> Optional:
    return Optional(True, items[0]) if items else NONE


def _last(items: list[Any]) -> Optional:
    return Optional(True, items[-1]) if items else NONE


COLLECTIONS: tuple[Overload, ...] = (
    overload("_+_(list(A), list(A)) -> list(A)", _add),
    overload("size(list(A)) -> int", len),
    overload("size(map(A, B)) -> int", len),
    overload("list(A).size() -> int", len),
    overload("map(A, B).size() -> int", len),
    overload("_[_](list(A), int) -> A", item),
    overload("_[_](map(A, B), A) -> B", entry),
    overload("_[_](optional_type(list(A)), int) -> optional_type(A)", _within),
    overload("_[_](optional_type(map(A, B)), A) -> optional_type(B)", _within),
    overload("_[?_](optional_type(list(A)), int) -> optional_type(A)", _within),
    overload("_[?_](optional_type(map(A, B)), A) -> optional_type(B)", _within),
    overload("_[?_](list(A), int) -> optional_type(A)", maybe_item),
    overload("_[?_](map(A, B), A) -> optional_type(B)", maybe_item),
)

DYNAMIC_INDEX: tuple[Overload, ...] = tuple(
    overload(f"{op}({container}, {index}) -> dyn", run)
    for index in ("uint", "double")
    for op, container, run in (
        ("_[_]", "list(A)", item),
        ("_[?_]", "list(A)", maybe_item),
        ("_[_]", "optional_type(list(A))", _within),
        ("_[?_]", "optional_type(list(A))", _within),
    )
)
"""Whole numbers of other types are an index too where the checker does not know the type."""

LISTS: tuple[Overload, ...] = (
    overload("list(A).slice(int, int) -> list(A)", _slice),
    overload("list(list(A)).flatten() -> list(A)", _flatten),
    overload("list(dyn).flatten(int) -> list(dyn)", _flatten),
    overload("lists.range(int) -> list(int)", _range),
    overload("list(A).distinct() -> list(A)", _distinct),
    overload("list(A).reverse() -> list(A)", lambda items: items[::-1]),
    *(overload(f"list({kind}).sort() -> list({kind})", lambda items: in_order(items, items)) for kind in _SORTED),
    overload("list(A).first() -> optional_type(A)", _first),
    overload("list(A).last() -> optional_type(A)", _last),
)

OPTIONALS: tuple[Overload, ...] = (
    overload("optional.of(A) -> optional_type(A)", lambda value: Optional(True, value)),
    overload("optional.none() -> optional_type(A)", lambda: NONE),
    overload(
        "optional.ofNonZeroValue(A) -> optional_type(A)",
        lambda value: NONE if is_zero(value) else Optional(True, value),
    ),
    overload("optional_type(A).hasValue() -> bool", lambda optional: optional.present),
    overload("optional_type(A).value() -> A", _value),
    overload("optional_type(A).or(optional_type(A)) -> optional_type(A)", lambda a, b: a if a.present else b),
    overload("optional_type(A).orValue(A) -> A", lambda a, b: a.value if a.present else b),
)
