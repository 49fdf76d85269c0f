"""Groups."""

from __future__ import annotations

from typing import Any

from cityos_runtime.errors import StepFailed
from cityos_runtime.interpreter.failing import handler
from cityos_runtime.interpreter.reading import Data, Reading, Work, reads
from cityos_runtime.interpreter.scope import Scope
from cityos_runtime.interpreter.watching import watches


@reads("group")
def group(reading: Reading, data: Data) -> Work:
    """A group: what undoes it, its variables, its steps, and what is done when they fail."""
    name, begin = data["name"], reading.variables(data["variables"])
    undo = reading.call(data["undo"]["call"]) if "undo" in data else None
    work, goes_on = _work(reading, data), "goes_on" in data
    failed = handler(reading, data) if "catch" in data else None

    async def run(scope: Scope) -> None:
        if undo is not None:
            scope.city.compensated(name, undo(scope))
        inner = scope.inner()
        begin(inner)
        try:
            await work(scope, inner)
        except StepFailed as error:
            if failed is not None:
                await failed(scope, error, None)
            elif goes_on:
                scope.city.go_on_without(name, error)
            else:
                raise

    return run


def _work(reading: Reading, data: Data) -> Any:
    """Its steps: in place, in a block where something speaks of it, in a task of their own where it has a deadline."""
    name, named = data["name"], "named" in data
    steps, beside = reading.block(data["steps"]), watches(reading, data.get("meanwhile"))
    if "until" in data or "within" in data:
        return _bounded(reading, data)

    async def work(scope: Scope, inner: Scope) -> None:
        if not named:
            await steps(inner)
            return
        with scope.city.block(name, meanwhile=beside(inner)):
            await steps(inner)

    return work


def _bounded(reading: Reading, data: Data) -> Any:
    name, beside = data["name"], watches(reading, data.get("meanwhile"))
    until, within = reading.maybe(data.get("until")), reading.maybe(data.get("within"))
    steps, timeout = reading.block(data["steps"]), reading.block(data.get("timeout"))

    async def work(scope: Scope, inner: Scope) -> None:
        deadline = {"until": until(scope)} if until is not None else {}
        if within is not None:
            deadline = {"lasting": within(scope)}
        in_time = await scope.city.bounded(name, lambda: steps(inner), meanwhile=beside(inner), **deadline)
        if in_time:
            return
        if within is not None:
            scope.city.fail("TimeoutError", f"{name} was not done in time")
        await timeout(scope)

    return work
