"""Reaching into maps, lists and records whose types are only known when they are there."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any, TypeVar

from cityos_dsl.expr.errors import EvaluationError
from cityos_dsl.expr.library.arithmetic import kind_of, no_overload

T = TypeVar("T")
_ABSENT = object()


def _field(value: Any, field: str) -> Any:
    if isinstance(value, Mapping):
        return value.get(field, _ABSENT)
    if kind_of(value) != "record" or field.startswith("_"):
        return _ABSENT
    found = getattr(value, field, _ABSENT)
    return _ABSENT if callable(found) else found


def select(value: Any, field: str) -> Any:
    """`value.field`; an absent field is an error."""
    found = _field(value, field)
    if found is _ABSENT:
        raise EvaluationError("no_such_field", f"there is no field `{field}` in this {kind_of(value)}")
    return found


def get(value: Any, field: str) -> Any:
    """`value.?field`: null where the value or the field is absent."""
    found = _field(value, field)
    return None if found is _ABSENT else found


def item(values: Any, index: Any) -> Any:
    """`values[index]`: never counted from the end, and an error where there is nothing."""
    if isinstance(values, Mapping):
        if isinstance(index, bool | str | int) and index in values:
            return values[index]
        raise EvaluationError("no_such_key", f"there is no key `{index}`")
    if isinstance(values, str | bytes) or not isinstance(values, Sequence) or kind_of(index) != "int":
        raise no_overload("[]", values, index)
    if not 0 <= index < len(values):
        raise EvaluationError("index_out_of_range", f"there is no item {index} in a list of {len(values)}")
    return values[index]


def get_item(values: Any, index: Any) -> Any:
    """`values[?index]`: null where there is nothing."""
    if values is None:
        return None
    try:
        return item(values, index)
    except EvaluationError as error:
        if error.kind in ("no_such_key", "index_out_of_range"):
            return None
        raise


def default(value: T | None, otherwise: T) -> T:
    """The value, or `otherwise` where it is null."""
    return otherwise if value is None else value


def or_else(value: T | None, otherwise: Callable[[], T]) -> T:
    """The value, or what `otherwise` gives where it is null; it is only asked then."""
    return otherwise() if value is None else value


def has_value(value: object) -> bool:
    """Whether the value is not null."""
    return value is not None
