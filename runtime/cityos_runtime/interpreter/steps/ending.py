"""What ends a flow, a block or a pass; assignments, undoing and the commit."""

from __future__ import annotations

from typing import Any

from cityos_runtime.errors import Leave, Next, Return
from cityos_runtime.interpreter.failing import Again
from cityos_runtime.interpreter.reading import Data, Reading, Work, reads
from cityos_runtime.interpreter.scope import Scope


@reads("return")
def return_(reading: Reading, data: Data) -> Work:
    """The output."""
    value = reading.value(data["value"])

    async def run(scope: Scope) -> None:
        raise Return(value(scope))

    return run


@reads("fail")
def fail(reading: Reading, data: Data) -> Work:
    """The end with an error class."""
    error, message = data["error"], reading.text(data["message"])

    async def run(scope: Scope) -> None:
        scope.city.fail(error, message(scope) if message is not None else "")

    return run


@reads("leave")
def leave(reading: Reading, data: Data) -> Work:
    """Out of a loop or group."""

    async def run(scope: Scope) -> None:
        raise Leave(data["target"])

    return run


@reads("next")
def next_(reading: Reading, data: Data) -> Work:
    """The next pass."""

    async def run(scope: Scope) -> None:
        raise Next(data["target"])

    return run


@reads("retry")
def retry(reading: Reading, data: Data) -> Work:
    """The next business round."""

    async def run(scope: Scope) -> None:
        raise Again

    return run


@reads("undo")
def undo(reading: Reading, data: Data) -> Work:
    """Compensations now."""

    async def run(scope: Scope) -> None:
        await scope.city.undo(data.get("only"))

    return run


@reads("pivot")
def pivot(reading: Reading, data: Data) -> Work:
    """The commit."""

    async def run(scope: Scope) -> None:
        await scope.city.pivot()

    return run


@reads("set")
def set_(reading: Reading, data: Data) -> Work:
    """Assignments: all values are read before any variable changes."""
    assignments = [
        (each["variable"], reading.maybe(each["entry"]), reading.value(each["value"])) for each in data["assignments"]
    ]

    async def run(scope: Scope) -> None:
        read = [(name, entry(scope) if entry else None, value(scope)) for name, entry, value in assignments]
        for (name, entry, _), (_, key, value) in zip(assignments, read, strict=True):
            if entry is not None:
                scope[name][key] = value
            else:
                _assign(scope, name, value)

    return run


def _assign(scope: Scope, name: str, value: Any) -> None:
    if not scope.assign(name, value):
        setattr(scope.city.state, name, value)
