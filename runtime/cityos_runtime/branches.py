"""Several things at once, and blocks with a deadline."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Generic, Literal, TypeVar

from cityos_runtime.blocks import Block, Loop
from cityos_runtime.children import Children
from cityos_runtime.core import Scope
from cityos_runtime.errors import Next, StepFailed
from cityos_runtime.keys import in_pass
from cityos_runtime.signals import Watch
from cityos_runtime.tasks import Branch, settle, stop_if_interrupted

ItemT = TypeVar("ItemT")
T = TypeVar("T")


@dataclass(frozen=True)
class Failed(Generic[ItemT]):
    """An element whose steps failed."""

    index: int
    item: ItemT
    error: StepFailed


@dataclass(frozen=True)
class Collected(Generic[T, ItemT]):
    """What `each` brought, in the order of the list."""

    values: list[T] = field(default_factory=list)
    failed: list[Failed[ItemT]] = field(default_factory=list)


class Branching(Children):
    """Blocks, loops and branches."""

    def block(self, name: str, *, meanwhile: Sequence[Watch] = ()) -> Block:
        """`with self.block(...)`: a group that `Leave` of its name ends."""
        return Block(self, Scope(name, meanwhile))

    def loop(
        self, name: str, *, meanwhile: Sequence[Watch] = (), carry: bool = False, every: int | None = None
    ) -> Loop:
        """`with self.loop(...)`. With `carry` a pass may begin in a new run: after `every` passes or when
        the server suggests it."""
        return Loop(self, Scope(name, meanwhile), carry, every)

    async def bounded(
        self,
        name: str,
        work: Callable[[], Awaitable[None]],
        *,
        until: Callable[[], datetime | None] | datetime | None = None,
        lasting: timedelta | None = None,
        meanwhile: Sequence[Watch] = (),
    ) -> bool:
        """A group with a deadline; False when it ran out. What is done by then stays."""
        end = self._deadline(name, until, lasting)
        with self.block(name, meanwhile=meanwhile):
            branch = Branch(lambda: _run(work))
            try:
                await settle([branch], lambda: branch.done or self._is_past(end()), lambda: self._left(end()))
            finally:
                self._forget_deadline(name)
            if not branch.task.cancelled():
                branch.task.result()
            return not branch.task.cancelled()
        return True

    async def each(
        self,
        name: str,
        items: Sequence[ItemT],
        body: Callable[[ItemT], Awaitable[T]],
        *,
        limit: int = 1,
        on_failure: Literal["stop", "skip", "collect"] = "stop",
    ) -> Collected[T, ItemT]:
        """Run the body for each element, up to `limit` at once; `Next` of the name ends a pass.

        An element that fails alone is undone alone. What isn't `StepFailed` always stops.
        """
        numbered = list(enumerate(items, start=1))
        return await self.each_numbered(name, numbered, lambda _, item: body(item), limit=limit, on_failure=on_failure)

    async def each_numbered(
        self,
        name: str,
        items: Sequence[tuple[int, ItemT]],
        body: Callable[[int, ItemT], Awaitable[T]],
        *,
        limit: int = 1,
        on_failure: Literal["stop", "skip", "collect"] = "stop",
    ) -> Collected[T, ItemT]:
        """The same for a body that asks for the number of its pass."""
        stop_if_interrupted()
        queue = list(enumerate(items))[::-1]
        values: dict[int, T] = {}
        failed: dict[int, Failed[ItemT]] = {}

        async def take() -> None:
            while queue:
                index, (number, item) = queue.pop()
                block = f"{name}[{index}]"
                try:
                    with in_pass(name, index), self._within_scope(Scope(block)):
                        values[index] = await body(number, item)
                except Next as over:
                    if over.loop != name:
                        raise
                except StepFailed as error:
                    if on_failure == "stop":
                        raise
                    failed[index] = Failed(index, item, error)
                    await self.undo(block)

        branches = [Branch(take) for _ in range(min(max(limit, 1), len(items)))]
        await self._join(branches)
        kept = sorted(failed) if on_failure == "collect" else []
        return Collected([values[index] for index in sorted(values)], [failed[index] for index in kept])

    async def parallel(
        self, name: str, branches: Mapping[str, Callable[[], Awaitable[Any]]], *, first: bool = False
    ) -> dict[str, Any]:
        """Run the branches side by side and return what each gave. With `first` the others are stopped and
        undone as soon as one is done."""
        stop_if_interrupted()
        running = {label: Branch(self._branch(name, label, work)) for label, work in branches.items()}
        await self._join(list(running.values()), first=first)
        done = {label: branch for label, branch in running.items() if not branch.task.cancelled()}
        if first:
            winner = next(iter(done))
            for label in reversed(list(branches)):
                if label != winner:
                    await self.undo(f"{name}.{label}")
            done = {winner: done[winner]}
        return {label: branch.task.result() for label, branch in done.items()}

    def _branch(
        self, name: str, label: str, work: Callable[[], Awaitable[Any]]
    ) -> Callable[[], Coroutine[Any, Any, Any]]:
        async def run() -> Any:
            with in_pass(name, label), self._within_scope(Scope(f"{name}.{label}")):
                return await work()

        return run

    async def _join(self, branches: Sequence[Branch], *, first: bool = False) -> None:
        """Wait for all or the first; a failure stops the others, and the earliest is raised."""
        ended: list[Branch] = []

        def enough() -> bool:
            ended.extend(branch for branch in branches if branch.done and branch not in ended)
            over = any(branch.error is not None for branch in ended)
            return over or len(ended) == len(branches) or (first and bool(ended))

        await settle(branches, enough)
        for branch in ended:
            if branch.error is not None:
                raise branch.error
            if first:
                return

    def _is_past(self, end: datetime | None) -> bool:
        return end is not None and end <= self.now()

    def _left(self, end: datetime | None) -> timedelta | None:
        return None if end is None else max(end - self.now(), timedelta(0))


async def _run(work: Callable[[], Awaitable[None]]) -> None:
    await work()
