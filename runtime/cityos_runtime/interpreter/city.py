"""A city whose flow isn't generated: it goes through a definition, with the same calls of the runtime."""

from __future__ import annotations

from typing import Any

from pydantic import BaseModel
from temporalio.exceptions import ApplicationError

from cityos_runtime.context import Carried, Context
from cityos_runtime.core import snake
from cityos_runtime.errors import Return
from cityos_runtime.interpreter.definition import Definition
from cityos_runtime.interpreter.scope import Ended, Scope
from cityos_runtime.workflow import City


class InterpretedCity(City[BaseModel, BaseModel, BaseModel]):
    """One run of a definition."""

    def __init__(self, definition: Definition, input: Any, context: Context, carried: Carried | None = None) -> None:
        self.definition = definition
        super().__init__(definition.facts, input, context, carried)
        self.done = definition.done() if carried is None else carried.done_as(definition.done)

    def _models(self) -> tuple[type[BaseModel], ...]:
        return self.definition.input, self.definition.state, self.definition.output

    @property
    def current_status(self) -> str:
        """The status that it has now."""
        return self._progress.state

    def begin(self) -> BaseModel:
        """What it knows at the start; later variables may be made from earlier ones."""
        scope = Scope(self)
        for name, init in self.definition.initial:
            scope.names[name] = init(scope)
        return self.definition.state(**scope.names)

    async def run(self) -> BaseModel:
        """Run it to its end."""
        beside = self.definition.watches(Scope(self)) if self._refusal is None else []
        last = self._last if self.definition.last is not None else None
        return await self.carry_out(self._steps, last=last, meanwhile=beside)

    def answer(self, query: str) -> dict[str, Any]:
        """Answer one of its own queries.

        Raises ApplicationError where it has no such query.
        """
        fields = self.definition.queries.get(query)
        if fields is None:
            known = ", ".join(sorted({*self.definition.queries, "getWorkflowStatus"}))
            raise ApplicationError(f"there is no query {query}; there are {known}", type="UnknownQueryError")
        return fields(Ended(self))

    async def _steps(self) -> BaseModel:
        scope = Scope(self)
        if self.definition.carries:
            self._remember(scope)
        for condition, that, message in self.definition.require:
            if (condition is None or condition(scope)) and not that(scope):
                self.fail("InvalidArgumentError", message)
        try:
            for part in self.definition.flow:
                if not self.resuming_any(*part.done_before):
                    await part.work(scope)
        except Return as end:
            result: BaseModel = end.value
            return result
        return self.definition.output()

    def _remember(self, scope: Scope) -> None:
        """A resumed run goes on with what it knew."""
        for name in self.definition.kept:
            scope.give(name, getattr(self.done, snake(name)))

    async def _last(self) -> None:
        if self.definition.last is not None:
            await self.definition.last(Ended(self))
