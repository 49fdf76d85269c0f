"""Instants, days and durations."""

from __future__ import annotations

import calendar
import re
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from functools import lru_cache
from typing import Any, TypeVar
from zoneinfo import ZoneInfo  # here, not in the function: Temporal's sandbox would wrap an import made in a workflow

from cityos_dsl.expr.errors import EvaluationError

Day = TypeVar("Day", date, datetime)

INTERVALS: tuple[str, ...] = ("daily", "weekly", "biweekly", "monthly", "quarterly", "yearly")
_DAYS = {"daily": 1, "weekly": 7, "biweekly": 14}
_MONTHS = {"monthly": 1, "quarterly": 3, "yearly": 12}
_OFFSET = re.compile(r"([+-]?)(\d{1,2}):(\d{2})")


def days(count: int) -> timedelta:
    """So many times 24 hours."""
    return timedelta(days=count)


def hours(count: int) -> timedelta:
    """So many hours."""
    return timedelta(hours=count)


def minutes(count: int) -> timedelta:
    """So many minutes."""
    return timedelta(minutes=count)


def seconds(count: int) -> timedelta:
    """So many seconds."""
    return timedelta(seconds=count)


def period(start: Day, interval: str, count: int) -> Day:
    """The start, `count` intervals later on the calendar; a day the month does not have is its last one."""
    try:
        if interval in _DAYS:
            return start + timedelta(days=_DAYS[interval] * count)
        if interval not in _MONTHS:
            raise EvaluationError("invalid_argument", f"`{interval}` is none of {', '.join(INTERVALS)}")
        year, month = divmod(start.year * 12 + start.month - 1 + _MONTHS[interval] * count, 12)
        last = calendar.monthrange(year, month + 1)[1]
        return start.replace(year=year, month=month + 1, day=min(start.day, last))
    except (OverflowError, ValueError) as error:
        raise EvaluationError("overflow", "the result is out of range") from error


@lru_cache(maxsize=64)
def zone(name: str) -> tzinfo:
    """A time zone by its name (`Asia/Riyadh`) or its offset (`+03:00`)."""
    if offset := _OFFSET.fullmatch(name):
        distance = timedelta(hours=int(offset[2]), minutes=int(offset[3]))
        return timezone(-distance if offset[1] == "-" else distance)
    try:
        return ZoneInfo(name)
    except (ValueError, OSError, KeyError):
        raise EvaluationError("invalid_argument", f"there is no time zone `{name}`") from None


def at(day: date, clock: str, zone_name: str) -> datetime:
    """The instant at which clocks in that zone show this day and time (`23:59`)."""
    try:
        local = datetime.combine(day, time.fromisoformat(clock), zone(zone_name))
    except ValueError:
        raise EvaluationError("invalid_argument", f"`{clock}` is no time of day such as 23:59") from None
    return local.astimezone(UTC)


def day_of(value: str | datetime, zone_name: str = "UTC") -> date:
    """A day from its text (`2026-01-31`), or the day an instant falls on in that zone."""
    if isinstance(value, datetime):
        return value.astimezone(zone(zone_name)).date()
    try:
        return date.fromisoformat(value)
    except ValueError:
        raise EvaluationError("invalid_argument", f"`{value}` is no day such as 2026-01-31") from None


def local(value: datetime, zone_name: str) -> tuple[datetime, int]:
    """What clocks and calendars show in the zone, and how many years to add: it may be the year 0 or 10,000."""
    where = zone(zone_name)
    try:
        return value.astimezone(where), 0
    except (OverflowError, ValueError):  # the calendar repeats after 400 years
        years = 400 if value.year > 5000 else -400
        return (value - timedelta(days=146_097 * years // 400)).astimezone(where), years


def _local(value: datetime, zone_name: str) -> datetime:
    return local(value, zone_name)[0]


def _whole(value: timedelta, unit: timedelta) -> int:
    """How many whole units, towards zero."""
    return value // unit if value >= timedelta() else -(-value // unit)


def get_hours(value: Any, zone_name: str = "UTC") -> int:
    """The hour of an instant; of a duration, all its whole hours."""
    return _whole(value, timedelta(hours=1)) if isinstance(value, timedelta) else _local(value, zone_name).hour


def get_minutes(value: Any, zone_name: str = "UTC") -> int:
    """The minute of an instant; of a duration, all its whole minutes."""
    return _whole(value, timedelta(minutes=1)) if isinstance(value, timedelta) else _local(value, zone_name).minute


def get_seconds(value: Any, zone_name: str = "UTC") -> int:
    """The second of an instant; of a duration, all its whole seconds."""
    return _whole(value, timedelta(seconds=1)) if isinstance(value, timedelta) else _local(value, zone_name).second


def get_milliseconds(value: Any, zone_name: str = "UTC") -> int:
    """The milliseconds within the second; of a duration before zero they are negative, as all its parts are."""
    if isinstance(value, timedelta):
        return _whole(value - timedelta(seconds=_whole(value, timedelta(seconds=1))), timedelta(milliseconds=1))
    return _local(value, zone_name).microsecond // 1000


def get_full_year(value: datetime, zone_name: str = "UTC") -> int:
    """The year."""
    shown, years = local(value, zone_name)
    return shown.year + years


def get_month(value: datetime, zone_name: str = "UTC") -> int:
    """The month, January being 0 (as in CEL)."""
    return _local(value, zone_name).month - 1


def get_date(value: datetime, zone_name: str = "UTC") -> int:
    """The day of the month, from 1."""
    return _local(value, zone_name).day


def get_day_of_month(value: datetime, zone_name: str = "UTC") -> int:
    """The day of the month, from 0 (as in CEL)."""
    return _local(value, zone_name).day - 1


def get_day_of_week(value: datetime, zone_name: str = "UTC") -> int:
    """The day of the week, Sunday being 0."""
    return _local(value, zone_name).isoweekday() % 7


def get_day_of_year(value: datetime, zone_name: str = "UTC") -> int:
    """The day of the year, from 0."""
    return _local(value, zone_name).timetuple().tm_yday - 1
