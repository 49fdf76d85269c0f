"""A definition whose steps and commits are seen: the same interpreter, with somebody who looks on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol, TypeVar

from cityos_runtime.context import ActivityContext
from cityos_runtime.errors import StepFailed
from cityos_runtime.interpreter.city import InterpretedCity
from cityos_runtime.interpreter.definition import Definition
from cityos_runtime.interpreter.reading import Data, Reading, Work
from cityos_runtime.interpreter.scope import Scope
from cityos_runtime.operation import Call
from cityos_runtime.virtual.programs import Interpreted

from cityos_compiler import ir

T = TypeVar("T")


class Watcher(Protocol):
    """Who looks on."""

    def stepped(self, step: ir.Step) -> None:
        """A step begins, its guard met."""

    def committed(self) -> None:
        """A pivot was passed."""

    def undoing(self, name: str | None) -> None:
        """An `undo` of the flow begins."""

    def refused(self, step: str, key: str) -> None:
        """An operation that was under way elsewhere came to nothing: a signal or its system's answer says so."""

    def covered(self, step: str, call: Call[Any], key: str) -> None:
        """A block with one compensation for all of it begins."""


class WatchedCity(InterpretedCity):
    """A run that is looked on at."""

    watcher: Watcher

    @property
    def announced(self) -> dict[str, Any]:
        """The input, and the last result of each step."""
        known: dict[str, Any] = self.__dict__.setdefault("_announced", {})
        return known

    def _announce(self, root: str, value: object) -> None:
        super()._announce(root, value)
        self.announced[root] = value

    async def pivot(self) -> None:
        """Commit, and tell."""
        await super().pivot()
        self.watcher.committed()

    async def undo(self, name: str | None = None) -> None:
        """Tell, and undo."""
        self.watcher.undoing(name)
        await super().undo(name)

    async def _completed(self, step: str, call: Call[T], result: T, context: ActivityContext) -> T:
        try:
            return await super()._completed(step, call, result, context)
        except StepFailed as error:
            if error.outcome == "known":
                self.watcher.refused(step, context.idempotency_key)
            raise

    def compensated(self, step: str, call: Call[Any]) -> None:
        """Register, and tell."""
        super().compensated(step, call)
        self.watcher.covered(step, call, self.saga.registered[-1].context.idempotency_key)


class WatchedProgram(Interpreted):
    """A definition, with who looks on at its runs."""

    def __init__(self, definition: Definition, task_queue: str, watcher: Watcher) -> None:
        super().__init__(definition, task_queue)
        self._watcher = watcher

    def begin(self, input: Any, context: Any, carried: Any) -> WatchedCity:
        """A new run's object."""
        city = WatchedCity(self.definition, input, context, carried)
        city.watcher = self._watcher
        return city


def watched_definition(document: Mapping[str, Any], steps: Mapping[int, ir.Step]) -> Definition:
    """A document, read so that each of its steps tells when it begins; ``steps`` are found by their data's identity."""

    class Watching(Reading):
        def kind(self, data: Data) -> Work:
            work, step = super().kind(data), steps[id(data)]

            async def run(scope: Scope) -> None:
                scope.city.watcher.stepped(step)  # type: ignore[attr-defined]  # a WatchedCity
                await work(scope)

            return run

    class Watched(Definition):
        reading = Watching

    return Watched(document)
