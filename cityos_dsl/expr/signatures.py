"""The one table of functions and methods: their types, what they do, and the Python they become."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from cityos_dsl.expr import functions as cel
from cityos_dsl.expr.library.times import INTERVALS
from cityos_dsl.expr.types import (
    BOOL,
    BYTES,
    DATE,
    DECIMAL,
    DOUBLE,
    DURATION,
    INT,
    STRING,
    TIMESTAMP,
    EnumType,
    ListType,
    MapType,
    OptionalType,
    Primitive,
    Type,
)

T = Primitive("T")
"""Stands for any type, the same throughout one overload."""

INTERVAL = EnumType(INTERVALS)


@dataclass(frozen=True)
class Overload:
    """One way to call a function. A method's first parameter is what stands before the dot."""

    params: tuple[Type, ...]
    result: Type
    varargs: bool = False


@dataclass(frozen=True)
class Function:
    """A function or method; `python` is a template with {0}, {1}, ..., by default a call of `cel.<run>`."""

    name: str
    run: Callable[..., Any]
    overloads: tuple[Overload, ...]
    python: str = ""

    @property
    def arities(self) -> tuple[int, ...]:
        """With how many arguments it can be called."""
        return tuple(sorted({len(each.params) for each in self.overloads}))


def _function(name: str, run: Callable[..., Any], *overloads: Overload, python: str = "") -> Function:
    return Function(name, run, overloads, python)


def _of(result: Type, *params: Type, varargs: bool = False) -> Overload:
    return Overload(params, result, varargs)


def _numbers(*extra: Type) -> tuple[Overload, ...]:
    """The same type in and out, for every kind of number and the extra types."""
    return tuple(_of(each, each) for each in (INT, DECIMAL, DOUBLE, *extra))


_ORDERED = (INT, DECIMAL, DOUBLE, TIMESTAMP, DATE, DURATION)
_SIZES = (_of(INT, STRING), _of(INT, BYTES), _of(INT, ListType(T)), _of(INT, MapType(T)))
_SUMS = tuple(_of(each, ListType(each)) for each in (INT, DECIMAL, DOUBLE))
_EXTREMES = tuple(_of(each, each, varargs=True) for each in _ORDERED) + tuple(
    _of(each, ListType(each)) for each in (INT, DECIMAL, DOUBLE)
)
_DEFAULT = (
    _of(T, OptionalType(T), T),
    _of(OptionalType(T), OptionalType(T), OptionalType(T)),
)


def _now() -> Any:
    raise AssertionError("the evaluator answers `now()` from its own clock")


FUNCTIONS: dict[str, Function] = {
    each.name: each
    for each in (
        _function("size", len, *_SIZES, python="len({0})"),
        _function("default", cel.default, *_DEFAULT),
        _function("now", _now, _of(TIMESTAMP), python="workflow.now()"),
        _function("days", cel.days, _of(DURATION, INT), python="timedelta(days={0})"),
        _function("hours", cel.hours, _of(DURATION, INT), python="timedelta(hours={0})"),
        _function("minutes", cel.minutes, _of(DURATION, INT), python="timedelta(minutes={0})"),
        _function("seconds", cel.seconds, _of(DURATION, INT), python="timedelta(seconds={0})"),
        _function("period", cel.period, _of(TIMESTAMP, TIMESTAMP, INTERVAL, INT), _of(DATE, DATE, INTERVAL, INT)),
        _function("at", cel.at, _of(TIMESTAMP, DATE, STRING), _of(TIMESTAMP, DATE, STRING, STRING)),
        _function("date", cel.day_of, _of(DATE, STRING), _of(DATE, TIMESTAMP), _of(DATE, TIMESTAMP, STRING)),
        _function("round", cel.round_money, _of(DECIMAL, DECIMAL, STRING)),
        _function("minor", cel.minor, _of(INT, DECIMAL, STRING)),
        _function("major", cel.major, _of(DECIMAL, INT, STRING)),
        _function("mask", cel.mask, _of(STRING, STRING)),
        _function("hash", cel.digest, _of(STRING, STRING)),
        _function("sum", cel.total, *_SUMS),
        _function("math.least", cel.least, *_EXTREMES),
        _function("math.greatest", cel.greatest, *_EXTREMES),
        _function("math.abs", cel.absolute, *_numbers(DURATION), python="abs({0})"),
        _function("math.ceil", cel.ceil, *_numbers()),
        _function("math.floor", cel.floor, *_numbers()),
        _function(
            "string",
            cel.string,
            *(_of(STRING, each) for each in (STRING, *_ORDERED, BOOL, BYTES)),
        ),
        _function("int", cel.integer, *(_of(INT, each) for each in (INT, DECIMAL, DOUBLE, STRING, TIMESTAMP))),
        _function("double", cel.double, *(_of(DOUBLE, each) for each in (DOUBLE, INT, DECIMAL, STRING))),
        _function("decimal", cel.decimal, *(_of(DECIMAL, each) for each in (DECIMAL, INT, STRING))),
        _function("bool", cel.boolean, _of(BOOL, BOOL), _of(BOOL, STRING)),
        _function("bytes", cel.octets, _of(BYTES, BYTES), _of(BYTES, STRING)),
        _function("timestamp", cel.timestamp, _of(TIMESTAMP, TIMESTAMP), _of(TIMESTAMP, STRING), _of(TIMESTAMP, INT)),
        _function("duration", cel.duration, _of(DURATION, DURATION), _of(DURATION, STRING)),
    )
}


def _part(name: str, run: Callable[..., Any], of_durations: bool = False) -> Function:
    """A method that reads a part of an instant, in UTC or in the zone given."""
    overloads = [_of(INT, TIMESTAMP), _of(INT, TIMESTAMP, STRING)]
    return Function(name, run, (*overloads, _of(INT, DURATION)) if of_durations else tuple(overloads))


METHODS: dict[str, Function] = {
    each.name: each
    for each in (
        _function("size", len, *_SIZES, python="len({0})"),
        _function("startsWith", str.startswith, _of(BOOL, STRING, STRING), python="{0}.startswith({1})"),
        _function("endsWith", str.endswith, _of(BOOL, STRING, STRING), python="{0}.endswith({1})"),
        _function("contains", cel.includes, _of(BOOL, STRING, STRING)),
        _function("matches", cel.matches, _of(BOOL, STRING, STRING)),
        _function("lowerAscii", cel.lower_ascii, _of(STRING, STRING)),
        _function("upperAscii", cel.upper_ascii, _of(STRING, STRING)),
        _function("trim", cel.trim, _of(STRING, STRING), python="{0}.strip()"),
        _function(
            "split",
            cel.split,
            _of(ListType(STRING), STRING, STRING),
            _of(ListType(STRING), STRING, STRING, INT),
        ),
        _function("join", cel.join, _of(STRING, ListType(STRING)), _of(STRING, ListType(STRING), STRING)),
        _function(
            "replace",
            cel.replace,
            _of(STRING, STRING, STRING, STRING),
            _of(STRING, STRING, STRING, STRING, INT),
        ),
        _function("substring", cel.substring, _of(STRING, STRING, INT), _of(STRING, STRING, INT, INT)),
        _function("indexOf", cel.index_of, _of(INT, STRING, STRING), _of(INT, STRING, STRING, INT)),
        _function("lastIndexOf", cel.last_index_of, _of(INT, STRING, STRING), _of(INT, STRING, STRING, INT)),
        _function("charAt", cel.char_at, _of(STRING, STRING, INT)),
        _function("keys", cel.keys, _of(ListType(STRING), MapType(T)), python="list({0})"),
        _function("values", cel.values, _of(ListType(T), MapType(T)), python="list({0}.values())"),
        _function("sum", cel.total, *_SUMS),
        _function("distinct", cel.distinct, _of(ListType(T), ListType(T))),
        _function("reverse", cel.reverse, _of(STRING, STRING), _of(ListType(T), ListType(T))),
        _function("sort", cel.sort, *(_of(ListType(each), ListType(each)) for each in (*_ORDERED, STRING))),
        _function("first", cel.first, _of(OptionalType(T), ListType(T))),
        _function("last", cel.last, _of(OptionalType(T), ListType(T))),
        _function("orValue", cel.default, *_DEFAULT),
        _function("hasValue", cel.has_value, _of(BOOL, OptionalType(T))),
        _part("getFullYear", cel.get_full_year),
        _part("getMonth", cel.get_month),
        _part("getDate", cel.get_date),
        _part("getDayOfMonth", cel.get_day_of_month),
        _part("getDayOfWeek", cel.get_day_of_week),
        _part("getDayOfYear", cel.get_day_of_year),
        _part("getHours", cel.get_hours, of_durations=True),
        _part("getMinutes", cel.get_minutes, of_durations=True),
        _part("getSeconds", cel.get_seconds, of_durations=True),
        _part("getMilliseconds", cel.get_milliseconds, of_durations=True),
    )
}
