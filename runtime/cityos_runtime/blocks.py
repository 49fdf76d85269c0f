"""Blocks and loops: what `leave` and `next` refer to, and where `meanwhile` holds."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Iterator
from contextlib import AbstractContextManager, asynccontextmanager
from types import TracebackType
from typing import TYPE_CHECKING, TypeVar

from temporalio import workflow

from cityos_runtime.core import Continue, Scope
from cityos_runtime.errors import Leave, Next
from cityos_runtime.keys import in_pass
from cityos_runtime.tasks import stop_if_interrupted

if TYPE_CHECKING:
    from cityos_runtime.branches import Branching

T = TypeVar("T")


class Block(AbstractContextManager["Block"]):
    """A named block; `Leave` of its name ends it."""

    def __init__(self, flow: Branching, scope: Scope) -> None:
        self._flow = flow
        self.scope = scope
        self.left = False
        self._inside: AbstractContextManager[None] | None = None

    def __enter__(self) -> Block:
        self._inside = self._flow._within_scope(self.scope)
        self._inside.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool:
        assert self._inside is not None
        if kind is None:
            self._inside.__exit__(None, None, None)
            return False
        try:
            self._inside.__exit__(kind, error, trace)
        except BaseException as raised:
            if raised is not error:
                raise
        self.left = isinstance(error, Leave) and error.block == self.scope.name
        return self.left


class Loop(Block):
    """A named loop. `turn` is one pass; `Next` of its name ends the pass, `Leave` the loop."""

    def __init__(self, flow: Branching, scope: Scope, carry: bool, every: int | None) -> None:
        super().__init__(flow, scope)
        self._carry = carry
        self._every = every
        self._skipped = 0
        self._passed = 0

    def __enter__(self) -> Loop:
        self._skipped = self._flow._arrive(self.scope.name)
        super().__enter__()
        return self

    def over(self, items: Iterable[T]) -> Iterator[T]:
        """The items that are still to do: earlier runs of this workflow did the first ones."""
        for place, item in enumerate(items):
            if place >= self._skipped:
                yield item

    @asynccontextmanager
    async def turn(self, number: object) -> AsyncIterator[None]:
        """One pass. At its head what came meanwhile is served, and the run may continue as new."""
        stop_if_interrupted()
        self._continue_as_new_if_due()
        await self._serve()
        with in_pass(self.scope.name, number):
            try:
                yield
            except Next as step:
                if step.loop != self.scope.name:
                    raise
        self._passed += 1

    async def _serve(self) -> None:
        try:
            await self._flow._serve_all()
        except Next as step:
            # At a head there is no pass to end: the next one is the one that begins.
            if step.loop != self.scope.name:
                raise

    def _continue_as_new_if_due(self) -> None:
        if not self._carry or not self._passed:
            return
        full = self._every is not None and self._passed >= self._every
        if full or workflow.info().is_continue_as_new_suggested():
            raise Continue(self.scope.name, self._skipped + self._passed)
