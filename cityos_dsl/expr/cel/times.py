"""Timestamps and durations in nanoseconds: their text, their arithmetic, and the parts they have in a zone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from fractions import Fraction

from cityos_dsl.expr.cel.overloads import Overload, overload
from cityos_dsl.expr.cel.values import SECOND, Instant, Span
from cityos_dsl.expr.errors import EvaluationError
from cityos_dsl.expr.library.conversions import fraction_text
from cityos_dsl.expr.library.times import local

_UNITS = {"h": 3600 * SECOND, "m": 60 * SECOND, "s": SECOND, "ms": 1_000_000, "us": 1000, "ns": 1}
_PART = re.compile(r"([0-9]+(?:\.[0-9]*)?|\.[0-9]+)(h|ms|m|s|us|ns)")
_SPAN = re.compile(rf"[+-]?(?:{_PART.pattern})+")
_INSTANT = re.compile(r"(\d{4}-\d\d-\d\d)[Tt](\d\d:\d\d):(\d\d)(?:\.(\d+))?(?:[Zz]|([+-])(\d\d):(\d\d))", re.ASCII)
_LONGEST = 400


def _number(text: str) -> Fraction:
    """`1`, `1.5`, `.5` or `1.`, exactly."""
    return Fraction(f"0{text}0" if "." in text else text)


def read_span(text: str) -> Span:
    """A duration from its text: `1h30m`, `-1.5s`."""
    if text in ("0", "+0", "-0"):
        return Span(0)
    if len(text) > _LONGEST or not _SPAN.fullmatch(text):
        raise EvaluationError("invalid_argument", f"`{text[:40]}` is no duration such as 1h30m")
    total = sum(int(_number(count) * _UNITS[unit]) for count, unit in _PART.findall(text))
    return Span(-total if text[0] == "-" else total)


def read_instant(text: str) -> Instant:
    """A timestamp from its text by RFC 3339; second 60 is the next minute's first."""
    match = _INSTANT.fullmatch(text) if len(text) <= _LONGEST else None
    if match is None:
        raise EvaluationError("invalid_argument", f"`{text[:40]}` is no timestamp such as 2026-01-31T23:59:00Z")
    day, clock, seconds, fraction, sign, hours, minutes = match.groups()
    if int(seconds) > 60 or (sign and (int(hours) > 23 or int(minutes) > 59)):
        raise EvaluationError("invalid_argument", f"`{text}` is no timestamp: there is no such time of day")
    try:
        start = datetime.fromisoformat(f"{day}T{clock}:00+00:00")
    except ValueError as error:
        raise EvaluationError("invalid_argument", f"`{text}` is no timestamp: {error}") from None
    offset = (int(hours) * 60 + int(minutes)) * 60 if sign else 0
    whole = (start - datetime.fromisoformat("1970-01-01T00:00:00+00:00")) // timedelta(seconds=1) + int(seconds)
    shifted = whole + (offset if sign == "-" else -offset)
    return Instant(shifted * SECOND + int((fraction or "")[:9].ljust(9, "0")))


def instant_text(value: Instant) -> str:
    """The timestamp by RFC 3339 in UTC."""
    seconds = value.datetime().replace(tzinfo=None, microsecond=0).isoformat()
    return f"{seconds}{fraction_text(value.nanos % SECOND)}Z"


def span_text(value: Span) -> str:
    """The duration in seconds."""
    whole, rest = divmod(abs(value.nanos), SECOND)
    return f"{'-' if value.nanos < 0 else ''}{whole}{fraction_text(rest)}s"


def _whole(nanos: int, unit: int) -> int:
    """How many whole units, towards zero."""
    return nanos // unit if nanos >= 0 else -(-nanos // unit)


def _milliseconds(value: Span) -> int:
    count = _whole(value.nanos, 1_000_000)
    return count % 1000 if count >= 0 else -(-count % 1000)


_PARTS: dict[str, Callable[[datetime], int]] = {
    "getMonth": lambda at: at.month - 1,
    "getDate": lambda at: at.day,
    "getDayOfMonth": lambda at: at.day - 1,
    "getDayOfWeek": lambda at: at.isoweekday() % 7,
    "getDayOfYear": lambda at: at.timetuple().tm_yday - 1,
    "getHours": lambda at: at.hour,
    "getMinutes": lambda at: at.minute,
    "getSeconds": lambda at: at.second,
    "getMilliseconds": lambda at: at.microsecond // 1000,
}


def _part(name: str, read: Callable[[Instant, str], int]) -> tuple[Overload, Overload]:
    return (
        overload(f"timestamp.{name}() -> int", lambda at: read(at, "UTC")),
        overload(f"timestamp.{name}(string) -> int", read),
    )


def _reading(read: Callable[[datetime], int]) -> Callable[[Instant, str], int]:
    return lambda at, where: read(local(at.datetime(), where)[0])


def _year(at: Instant, where: str) -> int:
    shown, years = local(at.datetime(), where)
    return shown.year + years


TIMES: tuple[Overload, ...] = (
    overload("_+_(duration, duration) -> duration", lambda a, b: Span(a.nanos + b.nanos)),
    overload("_+_(timestamp, duration) -> timestamp", lambda a, b: Instant(a.nanos + b.nanos)),
    overload("_+_(duration, timestamp) -> timestamp", lambda a, b: Instant(a.nanos + b.nanos)),
    overload("_-_(duration, duration) -> duration", lambda a, b: Span(a.nanos - b.nanos)),
    overload("_-_(timestamp, duration) -> timestamp", lambda a, b: Instant(a.nanos - b.nanos)),
    overload("_-_(timestamp, timestamp) -> duration", lambda a, b: Span(a.nanos - b.nanos)),
    *_part("getFullYear", _year),
    *(each for name, read in _PARTS.items() for each in _part(name, _reading(read))),
    overload("duration.getHours() -> int", lambda a: _whole(a.nanos, 3600 * SECOND)),
    overload("duration.getMinutes() -> int", lambda a: _whole(a.nanos, 60 * SECOND)),
    overload("duration.getSeconds() -> int", lambda a: _whole(a.nanos, SECOND)),
    overload("duration.getMilliseconds() -> int", _milliseconds),
)
