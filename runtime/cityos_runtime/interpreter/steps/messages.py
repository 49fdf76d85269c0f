"""Children, signals and events."""

from __future__ import annotations

from typing import Any

from cityos_runtime.errors import StepFailed
from cityos_runtime.interpreter.failing import handler
from cityos_runtime.interpreter.reading import Data, Reading, Work, reads
from cityos_runtime.interpreter.scope import Scope


@reads("call")
def call(reading: Reading, data: Data) -> Work:
    """A child workflow, awaited; it may fail without harm, or into steps of its own."""
    name, workflow, result = data["name"], data["workflow"], reading.types[data["result"]]
    model, given, options = _child(reading, data)
    failed = handler(reading, {"catch": (), "otherwise": data["otherwise"]}) if "otherwise" in data else None

    async def run(scope: Scope) -> None:
        try:
            answer = await scope.city.call(name, workflow, model(**given(scope)), result=result, **options(scope))
        except StepFailed as error:
            if failed is not None:
                await failed(scope, error, None)
            elif "goes_on" in data:
                scope.city.go_on_without(name, error)
            else:
                raise
        else:
            scope.give(name, answer)

    return run


@reads("start")
def start(reading: Reading, data: Data) -> Work:
    """Another workflow, that goes its own way."""
    name, workflow = data["name"], data["workflow"]
    model, given, options = _child(reading, data)

    async def run(scope: Scope) -> None:
        scope.give(name, await scope.city.start(name, workflow, model(**given(scope)), **options(scope)))

    return run


def _child(reading: Reading, data: Data) -> tuple[Any, Any, Any]:
    """The type of its input, the values of that, and how it is started."""
    summary = reading.text(data.get("summary"))
    fixed = {"workflow_id": data["workflow_id"], "task_queue": data["task_queue"]}

    def options(scope: Scope) -> dict[str, Any]:
        return {**fixed, "summary": summary(scope) if summary is not None else None}

    return reading.types.record(data["input"]), reading.pairs(data["with"]), options


@reads("signal")
def signal(reading: Reading, data: Data) -> Work:
    """A signal to another workflow."""
    name, sent, model = data["name"], data["signal"], reading.types[data["payload"]]
    values, payload = reading.pairs(data["values"]), reading.pairs(data["with"])

    async def run(scope: Scope) -> None:
        to = scope.city.id_of(data["to"], **values(scope))
        missing = data["missing"]
        scope.give(name, await scope.city.signal_other(name, to, sent, model(**payload(scope)), missing=missing))

    return run


@reads("emit")
def emit(reading: Reading, data: Data) -> Work:
    """An event into the outbox."""
    payload = reading.pairs(data["with"])

    async def run(scope: Scope) -> None:
        await scope.city.emit(data["event"], payload(scope))

    return run
