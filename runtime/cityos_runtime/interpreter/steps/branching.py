"""`if`, `switch` and `parallel`."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from cityos_runtime.interpreter.reading import Data, Reading, Work, reads
from cityos_runtime.interpreter.scope import Scope


@reads("if")
def if_(reading: Reading, data: Data) -> Work:
    """`if` and `else`."""
    condition = reading.expression(data["condition"])
    then, otherwise = reading.block(data["then"]), reading.block(data["else"])

    async def run(scope: Scope) -> None:
        await (then if condition(scope) else otherwise)(scope)

    return run


@reads("switch")
def switch(reading: Reading, data: Data) -> Work:
    """A choice by a value."""
    on, default = reading.expression(data["on"]), reading.block(data.get("default"))
    cases = {value: reading.block(steps) for value, steps in reversed(data["cases"])}

    async def run(scope: Scope) -> None:
        await cases.get(on(scope), default)(scope)

    return run


@reads("parallel")
def parallel(reading: Reading, data: Data) -> Work:
    """Branches side by side. What their steps give is known after them."""
    name, first = data["name"], "first" in data
    branches = [(label, reading.block(steps)) for label, steps in data["branches"]]

    def branch(scope: Scope, steps: Work) -> Callable[[], Awaitable[None]]:
        return lambda: steps(scope)

    async def run(scope: Scope) -> None:
        works = {label: branch(scope, steps) for label, steps in branches}
        await scope.city.parallel(name, works, first=first)

    return run
