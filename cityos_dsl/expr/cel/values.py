"""The values of CEL that Python has no type for, and how Python's values become CEL's and back."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cityos_dsl.expr.errors import EvaluationError
from cityos_dsl.expr.limits import INT_MAX, INT_MIN

SECOND = 1_000_000_000
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST, _LAST = -62_135_596_800 * SECOND, 253_402_300_800 * SECOND - 1


class Uint(int):
    """An unsigned number of 64 bits."""

    __slots__ = ()

    def __repr__(self) -> str:
        return f"{int(self)}u"


@dataclass(frozen=True, slots=True)
class TypeValue:
    """A type as a value: what `type(1)` gives."""

    name: str


@dataclass(frozen=True, slots=True)
class Optional:
    """A value that is there, or is not; a null may be there."""

    present: bool
    value: Any = None


NONE = Optional(False)


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """A duration in nanoseconds, in 64 bits; raises `EvaluationError` where it is longer."""

    nanos: int

    def __post_init__(self) -> None:
        if not INT_MIN <= self.nanos <= INT_MAX:
            raise EvaluationError("overflow", "the duration does not fit into 64 bits of nanoseconds")


@dataclass(frozen=True, slots=True, order=True)
class Instant:
    """A moment in nanoseconds since 1970, of the years 1 to 9999; raises `EvaluationError` outside of them."""

    nanos: int

    def __post_init__(self) -> None:
        if not _FIRST <= self.nanos <= _LAST:
            raise EvaluationError("overflow", "the timestamp is not within the years 1 to 9999")

    def datetime(self) -> datetime:
        """The moment to the microsecond, in UTC."""
        return _EPOCH + timedelta(microseconds=self.nanos // 1000)


class Map(Mapping[Any, Any]):
    """A map as CEL has them: its keys are of several types, and 1, 1u and 1.0 find one another."""

    __slots__ = ("_entries",)

    def __init__(self, entries: Iterable[tuple[Any, Any]] = ()) -> None:
        self._entries = {(type(key), key): value for key, value in entries}

    def _place(self, key: Any) -> tuple[type, Any] | None:
        """Where the key stands: as it is, or as the number of another type that equals it."""
        if not isinstance(key, bool | int | float | str):
            return None
        if (type(key), key) in self._entries:
            return type(key), key
        if isinstance(key, bool) or not isinstance(key, int | float):
            return None
        return next(((cls, key) for cls in (int, Uint) if (cls, key) in self._entries), None)

    def holds(self, key: Any) -> bool:
        """Whether the very key stands here, its type included."""
        return (type(key), key) in self._entries

    def __getitem__(self, key: Any) -> Any:
        place = self._place(key)
        if place is None:
            raise KeyError(key)
        return self._entries[place]

    def __iter__(self) -> Iterator[Any]:
        return (key for _, key in self._entries)

    def __len__(self) -> int:
        return len(self._entries)

    def __repr__(self) -> str:
        return f"Map({list(self.items())!r})"


def to_cel(value: Any) -> Any:
    """A value of Python (what JSON has, dates, bytes) as the evaluator's value."""
    if isinstance(value, datetime):
        moment = value if value.tzinfo else value.replace(tzinfo=UTC)
        return Instant((moment - _EPOCH) // timedelta(microseconds=1) * 1000)
    if isinstance(value, timedelta):
        return Span(value // timedelta(microseconds=1) * 1000)
    if isinstance(value, Mapping):
        return Map((to_cel(key), to_cel(each)) for key, each in value.items())
    if isinstance(value, list | tuple):
        return [to_cel(each) for each in value]
    return value


def kind_of(value: Any) -> str:
    """The name of the value's type."""
    if isinstance(value, bool):
        return "bool"
    if value is None:
        return "null_type"
    for cls, name in _KINDS:
        if isinstance(value, cls):
            return name
    raise EvaluationError("no_such_overload", f"a {type(value).__name__} is no value of CEL")


_KINDS: tuple[tuple[type | tuple[type, ...], str], ...] = (
    (str, "string"),
    (Uint, "uint"),
    (int, "int"),
    (float, "double"),
    (list, "list"),
    (Map, "map"),
    (bytes, "bytes"),
    (Instant, "timestamp"),
    (Span, "duration"),
    (Optional, "optional_type"),
    (TypeValue, "type"),
)
