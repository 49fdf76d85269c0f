"""What is done beside a block, as the watches that its waits are given."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import Any

from cityos_runtime.interpreter.reading import Data, Reading, Value, Work
from cityos_runtime.interpreter.scope import Scope
from cityos_runtime.model import Cancel, SignalModel
from cityos_runtime.signals import At, Every, On, Watch

CANCEL = "cancel"
"""A branch without signals takes the cancellation; no payload of the specs has a name in small letters."""
Watching = Callable[[Scope], list[Watch]]


def watches(reading: Reading, data: Data | None) -> Watching:
    """The watches of a block, made in the scope in which it is entered."""
    if data is None:
        return lambda scope: []
    makers = [_signal(reading, branch) for branch in data["signals"]]
    makers += [_timer(reading, timer) for timer in data["timers"]]
    return lambda scope: [watch for make in makers for watch in make(scope)]


def listening(reading: Reading, name: str, where: Value | None) -> Callable[[Scope, Work | None], On[Any]]:
    """What listens to a signal, by the name of its payload (`Cancel` for the run's own cancellation); with steps,
    what is done when it comes."""
    model: Any = Cancel if name == CANCEL else reading.types[name]
    assert issubclass(model, SignalModel)

    def make(scope: Scope, steps: Work | None = None) -> On[Any]:
        fits: Callable[[Any], bool] | None = None
        if where is not None:
            fits = lambda signal: bool(where(scope.inner(signal=signal)))  # noqa: E731 - two lines for nothing
        do: Callable[[Any], Awaitable[None]] | None = None
        if steps is not None:
            do = lambda signal: steps(scope.apart(signal=signal))  # noqa: E731 - as above
        return On(model, where=fits, do=do)

    return make


def _signal(reading: Reading, data: Data) -> Watching:
    where, steps = reading.maybe(data["where"]), reading.block(data["steps"])
    makers = [listening(reading, name, where) for name in data["signals"] or [CANCEL]]
    return lambda scope: [make(scope, steps) for make in makers]


def _timer(reading: Reading, data: Data) -> Watching:
    steps, name = reading.block(data["steps"]), data["name"]
    if data["every"] is not None:
        every = reading.expression(data["every"])
        return lambda scope: [Every(every(scope), do=lambda: steps(scope.apart()))]
    at = reading.expression(data["at"]) if data["at"] is not None else None
    each, past = data["each"], data["past"]

    def one(scope: Scope, key: str) -> At:
        when: Callable[[], datetime | None] = lambda: at(scope) if at is not None else None  # noqa: E731 - as above
        return At(when, do=lambda: steps(scope.apart()), key=key, past=past)

    if data["among"] is None:
        return lambda scope: [one(scope, name)]
    among = reading.expression(data["among"])
    return lambda scope: [one(scope.inner(**{each: item}), f"{name}:{n}") for n, item in enumerate(among(scope))]
