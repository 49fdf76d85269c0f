"""Loops."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from contextlib import nullcontext
from itertools import count
from typing import Any

from cityos_runtime.branches import Collected
from cityos_runtime.interpreter.reading import Data, Reading, Work, reads
from cityos_runtime.interpreter.scope import Scope
from cityos_runtime.interpreter.watching import watches


@reads("for_each")
def for_each(reading: Reading, data: Data) -> Work:
    """A loop through a list or a range; its passes one after the other, or apart."""
    return _apart(reading, data) if "apart" in data else _in_turn(reading, data)


def _source(reading: Reading, data: Data) -> Callable[[Scope], Sequence[Any]]:
    if "among" in data:
        return reading.expression(data["among"])
    first, last = reading.expression(data["first"]), reading.expression(data["last"])
    return lambda scope: range(first(scope), last(scope) + 1)


def _in_turn(reading: Reading, data: Data) -> Work:
    name, item, listed = data["name"], data["item"], "among" in data
    source, where = _source(reading, data), reading.maybe(data.get("where"))
    begin, steps = reading.variables(data["variables"]), reading.block(data["steps"])
    beside, give = watches(reading, data.get("meanwhile")), reading.maybe(data.get("give"))

    async def run(scope: Scope) -> None:
        given: list[Any] = []
        inner = scope.inner()
        with scope.city.loop(name, meanwhile=beside(inner)) as loop:
            for number, element in enumerate(source(scope), start=1):
                inner.names[item] = element
                inner.names["pass"] = number
                if where is not None and not where(inner):
                    continue
                async with loop.turn(number if listed else element):
                    inner.forget(data["fresh"])
                    begin(inner)
                    await steps(inner)
                    if give is not None:
                        given.append(give(inner))
        if give is not None:
            _leave(scope, name, given)

    return run


def _apart(reading: Reading, data: Data) -> Work:
    """A loop whose passes run side by side, or may fail alone."""
    name, item = data["name"], data["item"]
    source, where = _source(reading, data), reading.maybe(data.get("where"))
    limit, failing = reading.maybe(data.get("concurrency")), data["failing"]
    beside = watches(reading, data["meanwhile"]) if "meanwhile" in data else None
    one, keep = _pass(reading, data), _keeping(reading, data)

    async def run(scope: Scope) -> None:
        around = scope.city.block(name, meanwhile=beside(scope)) if beside is not None else nullcontext()
        with around:
            among = list(enumerate(source(scope), start=1))
            if where is not None:
                among = [each for each in among if where(scope.inner(**{"pass": each[0], item: each[1]}))]
            at_once = limit(scope) if limit is not None else 1
            collected = await scope.city.each_numbered(name, among, one(scope), limit=at_once, on_failure=failing)
            keep(scope, collected)

    return run


def _pass(reading: Reading, data: Data) -> Callable[[Scope], Callable[[int, Any], Awaitable[Any]]]:
    """One pass as a function of its own."""
    item, begin = data["item"], reading.variables(data["variables"])
    steps, give = reading.block(data["steps"]), reading.maybe(data.get("give"))

    def of(scope: Scope) -> Callable[[int, Any], Awaitable[Any]]:
        async def run(number: int, element: Any) -> Any:
            inner = scope.apart(**{"pass": number, item: element})
            begin(inner)
            await steps(inner)
            return give(inner) if give is not None else None

        return run

    return of


def _keeping(reading: Reading, data: Data) -> Callable[[Scope, Collected[Any, Any]], None]:
    """What the loop leaves: what its passes gave, and which failed where failures are collected."""
    name, gives = data["name"], "give" in data
    outcome: Any = reading.types[data["outcome"]] if "outcome" in data else None

    def keep(scope: Scope, collected: Collected[Any, Any]) -> None:
        if outcome is not None:
            given = {"given": collected.values} if gives else {}
            _leave(scope, name, outcome(**given, failed=[_failed(one) for one in collected.failed]))
        elif gives:
            _leave(scope, name, collected.values)

    return keep


def _leave(scope: Scope, name: str, given: Any) -> None:
    """What a loop leaves is known behind it, to queries and to later runs."""
    scope.give(name, given)
    scope.city.keep_result(name, given)


def _failed(one: Any) -> dict[str, Any]:
    error = one.error
    return {"item": one.item, "name": error.error_class, "message": error.message, "outcome": error.outcome}


@reads("repeat")
def repeat(reading: Reading, data: Data) -> Work:
    """A loop up to a bound, or for ever."""
    name, carries = data["name"], "carries" in data
    at_most, every = reading.maybe(data.get("at_most")), reading.maybe(data.get("every"))
    condition, beside = reading.maybe(data.get("while")), watches(reading, data.get("meanwhile"))
    begin, steps = reading.variables(data["variables"]), reading.block(data["steps"])
    exhausted = reading.block(data.get("exhausted"))

    async def run(scope: Scope) -> None:
        inner = scope.inner()
        often = every(scope) if every is not None else None
        with scope.city.loop(name, meanwhile=beside(inner), carry=carries, every=often) as loop:
            bound = at_most(scope) if at_most is not None else None
            numbers = loop.over(count(1)) if bound is None else iter(range(1, bound + 1))
            for number in numbers:
                inner.names["pass"] = number
                if condition is not None and not condition(inner):
                    break
                async with loop.turn(number):
                    inner.forget(data["fresh"])
                    begin(inner)
                    await steps(inner)
            else:
                await exhausted(scope)

    return run
