"""Conversions between types."""

from __future__ import annotations

import math
import re
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal, InvalidOperation
from typing import Any

from cityos_dsl.expr.errors import EvaluationError
from cityos_dsl.expr.library.arithmetic import int64, no_overload
from cityos_dsl.expr.limits import INT_MAX, INT_MIN

_DURATION = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|[wdhms])((\d+(\.\d*)?|\.\d+)(ns|us|µs|ms|[wdhms]))*")
_DURATION_PART = re.compile(r"(\d+\.?\d*|\.\d+)(ns|us|µs|ms|[wdhms])")
_MICROSECONDS = {"ns": Decimal("0.001"), "us": Decimal(1), "µs": Decimal(1), "ms": Decimal(1000)} | {
    unit: Decimal(seconds * 1_000_000)
    for unit, seconds in {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}.items()
}
_TIMESTAMP = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)")
_SPACE = " \t\n\v\f\r"
_TRUE, _FALSE = {"1", "t", "true", "TRUE", "True"}, {"0", "f", "false", "FALSE", "False"}


def _unreadable(text: str, kind: str) -> EvaluationError:
    return EvaluationError("invalid_argument", f"`{text}` is no {kind}")


def duration(value: str | timedelta) -> timedelta:
    """A duration from its text: `72h`, `1h30m`, `1.5s`, `-15m`."""
    if isinstance(value, timedelta):
        return value
    if value in ("0", "+0", "-0"):
        return timedelta()
    if not _DURATION.fullmatch(value):
        raise _unreadable(value, "duration such as 72h")
    total = sum((Decimal(count) * _MICROSECONDS[unit] for count, unit in _DURATION_PART.findall(value)), Decimal())
    try:
        found = timedelta(microseconds=int(total))
    except OverflowError as error:
        raise EvaluationError("overflow", "the duration is out of range") from error
    return -found if value.startswith("-") else found


def timestamp(value: str | int | datetime) -> datetime:
    """An instant from its text (RFC 3339) or from the seconds since 1970."""
    if isinstance(value, datetime):
        return value
    try:
        if isinstance(value, int):
            return datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=value)
        if not _TIMESTAMP.fullmatch(value):
            raise _unreadable(value, "timestamp such as 2026-01-31T23:59:00Z")
        return datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", value.upper())).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise EvaluationError("invalid_argument", f"`{value}` is out of the range of timestamps") from error


def decimal(value: str | int | Decimal) -> Decimal:
    """An exact number from its text or a whole number; never from a double."""
    if isinstance(value, float | bool):
        raise no_overload("decimal", value)
    try:
        found = Decimal(value)
    except InvalidOperation:
        raise _unreadable(str(value), "decimal") from None
    if not found.is_finite():
        raise _unreadable(str(value), "decimal")
    return found


def integer(value: Any) -> int:
    """A whole number: from a number towards zero, from text, from an instant its seconds since 1970."""
    if isinstance(value, bool):
        raise no_overload("int", value)
    if isinstance(value, str):
        digits = value.strip(_SPACE)
        if not re.fullmatch(r"[+-]?\d{1,400}", digits, re.ASCII):
            raise _unreadable(value[:40], "int")
        return int64(int(digits))
    if isinstance(value, datetime):
        return math.floor(value.timestamp())
    if isinstance(value, float) and not INT_MIN < value < INT_MAX:
        raise EvaluationError("overflow", "the number does not fit into 64 bits")
    if isinstance(value, int | float | Decimal):
        return int64(int(value))
    raise no_overload("int", value)


def double(value: Any) -> float:
    """A floating point number from a number or its text."""
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise no_overload("double", value)
    try:
        return float(value)
    except ValueError:
        raise _unreadable(str(value), "double") from None


def boolean(value: str | bool) -> bool:
    """A truth value from its text."""
    if isinstance(value, bool):
        return value
    if value in _TRUE | _FALSE:
        return value in _TRUE
    raise _unreadable(value, "bool")


def octets(value: str | bytes) -> bytes:
    """The text's bytes in UTF-8."""
    return value if isinstance(value, bytes) else value.encode()


def string(value: Any) -> str:
    """The value as text, as it would be written."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, datetime):
        return _timestamp_text(value)
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, float):
        return double_text(value)
    if isinstance(value, timedelta):
        return _duration_text(value)
    if isinstance(value, bytes):
        try:
            return value.decode()
        except UnicodeDecodeError:
            raise EvaluationError("invalid_argument", "the bytes are no text in UTF-8") from None
    if isinstance(value, int | date):
        return str(value)
    raise no_overload("string", value)


def _timestamp_text(value: datetime) -> str:
    moment = value.astimezone(UTC).replace(tzinfo=None)
    return f"{moment.replace(microsecond=0).isoformat()}{fraction_text(moment.microsecond * 1000)}Z"


def double_text(value: float) -> str:
    """The shortest text that reads back as the number; with an exponent from a million on."""
    if not math.isfinite(value):
        return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"
    number = Decimal(repr(value)).normalize()
    exponent = number.adjusted()
    if value == 0 or -4 <= exponent < 6:
        return "-0" if value == 0 and math.copysign(1, value) < 0 else f"{number:f}"
    digits = "".join(map(str, number.as_tuple().digits))
    mantissa = f"{digits[0]}.{digits[1:]}".rstrip(".")
    return f"{'-' if value < 0 else ''}{mantissa}e{exponent:+03d}"


def _duration_text(value: timedelta) -> str:
    seconds, rest = divmod(abs(value) // timedelta(microseconds=1), 1_000_000)
    return f"{'-' if value < timedelta() else ''}{seconds}{fraction_text(rest * 1000)}s"


def fraction_text(nanoseconds: int) -> str:
    """What stands behind the seconds of a time: nothing, or three, six or nine digits."""
    if nanoseconds == 0:
        return ""
    digits = f"{nanoseconds:09d}"
    while digits.endswith("000"):
        digits = digits[:-3]
    return f".{digits}"
