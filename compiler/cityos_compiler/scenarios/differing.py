"""Two runs of one scenario, side by side: what one did and the other didn't."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime
from typing import Any

from cityos_compiler.scenarios.expect import Happened

_KEY = re.compile(r"(undo-)?[0-9a-f]{30,40}(-\w+)?")


def between(one: Happened, other: Happened, *, alone: bool = True) -> list[str]:
    """Every difference that matters, in a sentence each.

    Run ids differ, and with them the idempotency keys: of these only what shares one is compared. Times may
    differ by the real time that a run on a server took. Operations that ran side by side may arrive in any order, and
    those of a run that failed may have been stopped before they were sent.

    Where a run isn't alone, how long it took and the calls aren't compared: on the test server each workflow has a
    clock of its own, so that a child's time costs its parent nothing, and what it only started may come after its end.
    """
    late = 1.0 + one.really_took + other.really_took
    found = [
        f"{name}: {getattr(one, name)!r}, and {getattr(other, name)!r}"
        for name in ("ended", "error_class", "undone", "not_undone", "parked", "signalled")
        if getattr(one, name) != getattr(other, name)
    ]
    found += _values("result", one.result, other.result, late)
    found += _values("queries", one.answered, other.answered, late)
    if alone:
        found += _calls(one, other, late)
    # A run that continued another as new may, on those clocks, end before it began.
    if alone and min(one.took, other.took) >= 0 and abs(one.took - other.took) > late:
        found.append(f"it took {one.took:.0f} s, and {other.took:.0f} s")
    return found


def _calls(one: Happened, other: Happened, late: float) -> list[str]:
    """What the systems were asked."""
    found = _values("looked up", sorted(one.looked_up), sorted(other.looked_up), late)
    events = [sorted(map(list, happened.emitted), key=repr) for happened in (one, other)]
    found += _values("emitted", events[0], events[1], late)
    if one.ended == "completed" and sorted(one.ran) != sorted(other.ran):
        found.append(f"ran: {one.ran}, and {other.ran}")
    for name in one.calls.keys() & other.calls.keys():
        calls = [happened.calls[name] for happened in (one, other)]
        if one.ended == "cancelled":  # a server may send an operation that rests between two attempts once more
            calls = [_without_repeats(each) for each in calls]
        calls = [sorted(each, key=_shape) for each in calls]
        found += _values(name, calls[0], calls[1], late)
        if len(one.keys[name]) != len(other.keys[name]):
            found.append(f"{name}: {len(one.keys[name])} idempotency keys, and {len(other.keys[name])}")
    return found


def _shape(call: dict[str, Any]) -> str:
    """A call without what differs from run to run, to put the same calls of two runs in the same order."""
    return re.sub(r"\d{4}-\d\d-\d\d[T0-9:.+Z-]*|[0-9a-f]{30,}", "", repr(sorted(call.items())))


def _without_repeats(calls: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [call for at, call in enumerate(calls) if at == 0 or call != calls[at - 1]]


def _values(path: str, one: Any, other: Any, late: float) -> list[str]:
    if isinstance(one, dict) and isinstance(other, dict):
        names = sorted({*one, *other})
        return [text for name in names for text in _values(f"{path}.{name}", one.get(name), other.get(name), late)]
    if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        pairs = enumerate(zip(one, other, strict=True))
        return [text for at, (left, right) in pairs for text in _values(f"{path}[{at}]", left, right, late)]
    same = one == other or any(agree(one, other) for agree in (_keys, lambda left, right: _times(left, right, late)))
    return [] if same else [f"{path}: {one!r}, and {other!r}"]


def _keys(one: Any, other: Any) -> bool:
    """Two idempotency keys."""
    return all(isinstance(each, str) and _KEY.fullmatch(each) is not None for each in (one, other))


def _times(one: Any, other: Any, late: float) -> bool:
    """Two times, or days, that lie no further apart than the runs."""
    if not isinstance(one, str) or not isinstance(other, str):
        return False
    instants: list[Callable[[str], Any]] = [datetime.fromisoformat, date.fromisoformat]
    for read in instants:
        try:
            apart = abs((read(str(one)) - read(str(other))).total_seconds())
        except (ValueError, TypeError):
            continue
        return bool(apart <= late)
    return False
