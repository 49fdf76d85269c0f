"""Cadences of schedules: `every 15m`, `daily 06:00`, `weekly sunday 00:00`, `monthly 1 03:00`, or cron."""

from __future__ import annotations

import re
from collections.abc import Callable

from cityos_dsl.fields import seconds

DAYS = ("sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday")
CRON = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))  # minute, hour, day, month, weekday
LONGEST = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
HELP = "write `every 15m`, `daily 06:00`, `weekly sunday 00:00`, `monthly 1 03:00`, `quarterly 03:00`, or cron"

Cadence = dict[str, float | str]
"""``{"every": seconds}`` or ``{"cron": text}``, as Temporal's schedules take them."""


def cadence(text: str) -> Cadence | str:
    """What a schedule's text means; where it means nothing, the help for it."""
    word, _, rest = text.strip().partition(" ")
    form = _FORMS.get(word.lower().rstrip(":"))
    if form is not None:
        return form(rest.strip())
    fields = text.split()
    if not _is_cron(fields):
        return HELP
    return {"cron": text.strip()} if _ever_comes(fields) else "none of these months has such a day: it never comes"


def _every(rest: str) -> Cadence | str:
    lasting = seconds(rest)
    if lasting:
        return {"every": lasting}
    return f"write `every {rest}m` for minutes, `every {rest}h` for hours" if rest.isdigit() else HELP


def _daily(rest: str) -> Cadence | str:
    return _at(rest, "* * *")


def _weekly(rest: str) -> Cadence | str:
    day, _, time = rest.partition(" ")
    number = next((i for i, name in enumerate(DAYS) if day and name.startswith(day.lower())), None)
    return _at(time, f"* * {number}") if number is not None else f"say the day: weekly sunday {time or '00:00'}"


def _monthly(rest: str) -> Cadence | str:
    day, _, time = rest.partition(" ")
    if not day.isdigit() or not 1 <= int(day) <= 28:
        return "say a day that every month has: monthly 1 03:00"
    return _at(time, f"{day} * *")


def _quarterly(rest: str) -> Cadence | str:
    return _at(rest, "1 1,4,7,10 *")


def _at(time: str, days: str) -> Cadence | str:
    clock = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", time)
    return {"cron": f"{int(clock[2])} {int(clock[1])} {days}"} if clock else "say the time of day (UTC), such as 06:00"


_FORMS: dict[str, Callable[[str], Cadence | str]] = {
    "every": _every,
    "daily": _daily,
    "weekly": _weekly,
    "monthly": _monthly,
    "quarterly": _quarterly,
}


def _is_cron(fields: list[str]) -> bool:
    """Five fields of numbers, ranges, steps and lists, each within its limits."""
    return len(fields) == len(CRON) and all(
        _is_field(part, low, high) for field, (low, high) in zip(fields, CRON, strict=True) for part in field.split(",")
    )


def _ever_comes(fields: list[str]) -> bool:
    """Whether one of the months has one of the days; a day of the week comes in all of them."""
    if fields[4] != "*":
        return True
    first = min(_first(part) for part in fields[2].split(","))
    months = {month for part in fields[3].split(",") for month in _among(part, *CRON[3])}
    return any(first <= LONGEST[month - 1] for month in months)


def _first(part: str) -> int:
    start = part.partition("/")[0].partition("-")[0]
    return int(start) if start != "*" else 1


def _among(part: str, low: int, high: int) -> range:
    """The numbers that a part of a field means."""
    numbers, _, step = part.partition("/")
    start, _, end = numbers.partition("-")
    if start == "*":
        return range(low, high + 1, int(step or 1))
    return range(int(start), int(end or (high if step else start)) + 1, int(step or 1))


def _is_field(part: str, low: int, high: int) -> bool:
    found = re.fullmatch(r"(?:\*|(\d+)(?:-(\d+))?)(?:/([1-9]\d*))?", part)
    return found is not None and all(low <= int(number) <= high for number in found.groups()[:2] if number)
