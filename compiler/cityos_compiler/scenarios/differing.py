"""Two runs of one scenario, on a server and in this process, side by side: what one did and the other didn't."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from cityos_compiler.scenarios.expect import Happened
from cityos_compiler.scenarios.orders import Order, in_history, in_trace
from cityos_compiler.scenarios.outcome import Outcome
from cityos_compiler.scenarios.pace import Pace
from cityos_compiler.scenarios.simulated import Place, simulate

_KEY = re.compile(r"(undo-)?[0-9a-f]{30,40}(-\w+)?")
_MOMENT = re.compile(r"\d{4}-\d\d-\d\d(T[0-9:.]+(Z|[+-]\d\d:\d\d)?)?")
_SAID = ("ended", "error_class", "undone", "not_undone", "parked", "signalled")


def compared(place: Place, there: Outcome) -> tuple[Outcome, list[str]]:
    """The scenario of a run on a server once more in this process, at its pace; and every difference that matters."""
    assert there.happened is not None
    here = simulate(place, there.scenario, there.number, there.happened.started, Pace.of(there))
    return here, between(there, here)


def between(there: Outcome, here: Outcome) -> list[str]:
    """Every difference that matters, in a sentence each: first of what the runs ordered, one after the other.

    Times may differ by the real time that the run on the server took. An idempotency key that is made of a moment
    differs; it must be another one wherever the server's is. What a workflow that was only started has done by the
    end of the run is nobody's decision: then the calls of the systems, which tell no runs apart, aren't compared.
    """
    one, other = there.happened, here.happened
    assert one is not None and other is not None
    comparing = _Comparing(1.0 + one.really_took)
    orders = in_history(there.histories), in_trace(here.trace, there.history.workflow_id)
    found = [*comparing.orders(*orders)]
    found += [
        f"{name}: {getattr(one, name)!r}, and {getattr(other, name)!r}"
        for name in _SAID
        if getattr(one, name) != getattr(other, name)
    ]
    for name in ("result", "answered"):
        found += comparing.values(name, getattr(one, name), getattr(other, name))
    if other.status:  # a run that refused its input isn't asked here
        found += comparing.values("status", one.status, other.status)
    if all(order.until for order in orders[0] if order.kind == "child"):
        found += _calls(comparing, one, other, {each.name for each in orders[0] if each.stopped or not each.became})
    if min(one.took, other.took) >= 0 and abs(one.took - other.took) > comparing.late:
        found.append(f"it took {one.took:.0f} s, and {other.took:.0f} s")
    return found


def _calls(comparing: _Comparing, one: Happened, other: Happened, stopped: set[str]) -> Iterator[str]:
    """What the systems were asked, each attempt. What is sent at one moment may arrive in any order."""
    events = [sorted(map(list, happened.emitted), key=_shape) for happened in (one, other)]
    yield from comparing.values("emitted", events[0], events[1])
    asked = [_asked(one), _asked(other)]
    for name in sorted({*asked[0], *asked[1]}):
        calls = [each.get(name, []) for each in asked]
        if name.removesuffix(".lookup") in stopped:  # chance whether, and how often, it was sent before the stop came
            continue
        yield from comparing.values(name, *(sorted(each, key=_shape) for each in calls))
        keys = [len(happened.keys.get(name, ())) for happened in (one, other)]
        if keys[0] != keys[1]:
            yield f"{name}: {keys[0]} idempotency keys, and {keys[1]}"


def _asked(happened: Happened) -> dict[str, list[dict[str, Any]]]:
    """The calls of each operation, and its lookups, of which only their number is known."""
    looked_up = Counter(f"{name}.lookup" for name in happened.looked_up)
    return {**happened.calls, **{name: [{}] * number for name, number in looked_up.items()}}


def _shape(value: Any) -> str:
    """A value without what differs from run to run, to put the same of two runs in the same order."""
    return _MOMENT.sub("", json.dumps(value, sort_keys=True, default=str))


@dataclass
class _Comparing:
    late: float
    """Seconds by which times may differ."""
    keys: tuple[dict[str, str], dict[str, str]] = field(default_factory=lambda: ({}, {}))
    """The keys of one run that are another one's, in both directions."""

    def orders(self, there: Sequence[Order], here: Sequence[Order]) -> Iterator[str]:
        """The first thing that was ordered differently: what follows differs for that reason."""
        for number, (one, other) in enumerate(zip(there, here, strict=False), 1):
            if found := [*self.order(one, other)]:
                yield from (f"order {number}, {one.kind} {one.name}: {text}" for text in found)
                return
        if len(there) != len(here):
            more = (there if len(there) > len(here) else here)[min(len(there), len(here)) :]
            side = "on the server" if len(there) > len(here) else "in this process"
            yield f"only {side}: {', '.join(f'{order.kind} {order.name}' for order in more)}"

    def order(self, one: Order, other: Order) -> Iterator[str]:
        """How two orders differ."""
        if (one.kind, one.name) != (other.kind, other.name):
            yield f"and {other.kind} {other.name}"
            return
        yield from self.values("", one.said, other.said)
        yield from self._moment("at", one.at, other.at)
        if one.kind == "timer":
            yield from self._moment("until", one.until, other.until)
        # A timer may fire there in the moment in which a message ends its wait: what follows says which one counted.
        tied = one.kind == "timer" and one.became == "fired"
        if one.kind in ("timer", "told") and one.became != other.became and not tied:
            yield f"{one.became or 'in vain'}, and {other.became or 'in vain'}"
        if one.kind == "operation" and one.became and not one.stopped:
            yield from self._moment("last tried", one.last_try, other.last_try)
            if one.tries != other.tries:
                yield f"{one.tries} attempts, and {other.tries}"

    def _moment(self, what: str, one: datetime | None, other: datetime | None) -> Iterator[str]:
        if one is None or other is None or abs((one - other).total_seconds()) > self.late:
            yield f"{what} {one}, and {other}"

    def values(self, path: str, one: Any, other: Any) -> list[str]:
        """How two values differ."""
        if isinstance(one, dict) and isinstance(other, dict):
            names = sorted({*one, *other})
            return [text for name in names for text in self._field(f"{path}.{name}", one.get(name), other.get(name))]
        if isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
            pairs = enumerate(zip(one, other, strict=True))
            return [text for at, (left, right) in pairs for text in self.values(f"{path}[{at}]", left, right)]
        same = one == other or self._same_key(one, other) or self._same_time(one, other)
        return [] if same else [f"{path}: {one!r}, and {other!r}"]

    def _field(self, path: str, one: Any, other: Any) -> list[str]:
        """How two fields differ. What is called so is a time as well, counted in seconds."""
        counts = path.endswith("_seconds") and all(isinstance(each, int | float) for each in (one, other))
        return [] if counts and abs(one - other) <= self.late else self.values(path, one, other)

    def _same_key(self, one: Any, other: Any) -> bool:
        """Two idempotency keys that stand for each other wherever one of them is."""
        if not all(isinstance(each, str) and _KEY.fullmatch(each) for each in (one, other)):
            return False
        there, here = self.keys
        return (there.setdefault(one, other), here.setdefault(other, one)) == (other, one)

    def _same_time(self, one: Any, other: Any) -> bool:
        """Two times, or days, that lie no further apart than the runs."""
        if not isinstance(one, str) or not isinstance(other, str):
            return False
        instants: list[Callable[[str], Any]] = [datetime.fromisoformat, date.fromisoformat]
        for read in instants:
            try:
                apart = abs((read(one) - read(other)).total_seconds())
            except (ValueError, TypeError):
                continue
            return bool(apart <= self.late)
        return False
