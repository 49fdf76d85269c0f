"""Operations: the call, its compensation, its failures, its business rounds."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cityos_runtime.errors import StepFailed
from cityos_runtime.interpreter.failing import Again, handler
from cityos_runtime.interpreter.reading import Data, Reading, Work, reads
from cityos_runtime.interpreter.scope import Scope
from cityos_runtime.operation import Call
from cityos_runtime.saga import Undo


@reads("do")
def do(reading: Reading, data: Data) -> Work:
    """An operation: plain, with branches for its failures, or in business rounds."""
    plain = _plain(reading, data)
    if "rounds" in data:
        return _rounds(reading, data, plain)
    if "catch" not in data:
        return plain
    failed = handler(reading, data)

    async def run(scope: Scope) -> None:
        try:
            await plain(scope)
        except StepFailed as error:
            await failed(scope, error, None)

    return run


def _plain(reading: Reading, data: Data) -> Work:
    name, call = data["name"], reading.call(data["call"])
    undo = _compensation(reading, name, data["undo"]) if "undo" in data else None
    summary, within = reading.text(data.get("summary")), reading.maybe(data.get("within"))
    key = _key(reading, data["key"]) if "key" in data else None
    failing, failing_last = _failing(data["failing"]), _failing(data.get("failing_last") or data["failing"])
    bound = reading.maybe(data.get("rounds"))
    goes_on = "goes_on" in data

    async def run(scope: Scope) -> None:
        beside: dict[str, Any] = {
            "undo": undo(scope) if undo is not None else None,
            "summary": summary(scope) if summary is not None else None,
            "within": within(scope) if within is not None else None,
            "key": key(scope) if key is not None else "",
        }
        if goes_on:
            result = await scope.city.attempt(name, call(scope), **beside)
        else:
            last = bound is not None and scope["round"] >= bound(scope)
            result = await scope.city.do(name, call(scope), **beside, **(failing_last if last else failing))
        scope.give(name, result)

    return run


def _failing(data: Data) -> dict[str, Any]:
    """What a failure means: the classes with which the step fails, and what happens with the others."""
    return {"catches": tuple(data["catches"]), "on_failure": data["on_failure"]}


def _key(reading: Reading, data: Data) -> Callable[[Scope], str]:
    value, is_text = reading.expression(data["value"]), data["text"]
    return lambda scope: value(scope) if is_text else str(value(scope))


def _compensation(reading: Reading, step: str, data: Data) -> Callable[[Scope], Undo[Any]]:
    """How the step is undone; its inputs are looked at when it is known what the step did, as they are in its pass."""
    call, needs_result = reading.call(data["call"]), data["needs_result"]

    def make(scope: Scope) -> Undo[Any]:
        kept = scope.kept()

        def factory(done: Any) -> Call[Any]:
            return call(kept.inner(**{step: done}) if needs_result else kept)

        return Undo(factory, needs_result=needs_result)

    return make


def _rounds(reading: Reading, data: Data, plain: Work) -> Work:
    """Business rounds: `retry` goes on with the next one, anything else leaves them."""
    name, bound, failed = data["name"], reading.expression(data["rounds"]), handler(reading, data)
    fresh: list[str] = data.get("fresh") or []

    async def run(scope: Scope) -> None:
        for number in scope.city.rounds(name, bound(scope)):
            inner = scope.inner(round=number)
            inner.forget(fresh)
            try:
                await plain(inner)
            except StepFailed as error:
                try:
                    await failed(inner, error, number < bound(inner))
                except Again:
                    continue
            break

    return run
