"""Tasks inside a workflow: interrupting them, and work that nothing interrupts."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from contextvars import ContextVar, copy_context
from datetime import timedelta
from typing import Any, TypeVar

from temporalio import workflow

T = TypeVar("T")


class Interruption:
    """Whether one task was told to stop. The SDK clears asyncio's own mark, so it is kept here."""

    def __init__(self) -> None:
        self.requested = False


_interruption: ContextVar[Interruption | None] = ContextVar("cityos_interruption", default=None)


class Branch:
    """A task of the flow that can be interrupted, once, and then be waited for."""

    def __init__(self, work: Callable[[], Coroutine[Any, Any, Any]]) -> None:
        self._interruption = Interruption()
        self.task: asyncio.Task[Any] = asyncio.create_task(self._run(work))

    async def _run(self, work: Callable[[], Coroutine[Any, Any, Any]]) -> Any:
        _interruption.set(self._interruption)
        if self._interruption.requested:
            raise asyncio.CancelledError
        return await work()

    @property
    def done(self) -> bool:
        """Whether it came to its end, one way or the other."""
        return self.task.done()

    @property
    def error(self) -> BaseException | None:
        """What it ended with, if it didn't end well."""
        if not self.task.done():
            return None
        return asyncio.CancelledError() if self.task.cancelled() else self.task.exception()

    def interrupt(self) -> None:
        """Stop it at its next wait. What is being done at another system is brought to its end first."""
        if not self.task.done() and not self._interruption.requested:
            self._interruption.requested = True
            self.task.cancel()


def is_interrupted() -> bool:
    """Whether the task this runs in was told to stop."""
    mark = _interruption.get()
    return mark is not None and mark.requested


def stop_if_interrupted() -> None:
    """An operation that ended well after the interruption must not let the flow go on."""
    if is_interrupted():
        raise asyncio.CancelledError


async def wait_until(
    condition: Callable[[], bool], timeout: timedelta | None = None, summary: str | None = None
) -> bool:
    """Wait for a condition; False when the time ran out first."""
    # The SDK asks conditions outside the task, where its context variables have no values.
    here = copy_context()
    try:
        await workflow.wait_condition(lambda: here.run(condition), timeout=timeout, timeout_summary=summary)
    except TimeoutError:
        return False
    except asyncio.CancelledError:
        # The SDK also raises it when the *workflow's* cancellation arrived during the wait, even where the
        # flow doesn't obey. The caller looks at the condition and the clock again.
        if is_interrupted():
            raise
    return True


async def outlast(condition: Callable[[], bool]) -> None:
    """Wait for a condition whatever is cancelled meanwhile; `stop_if_interrupted` tells of it afterwards."""
    while not condition():
        try:
            await workflow.wait_condition(condition)
        except asyncio.CancelledError:
            continue


async def settled() -> None:
    """Let every other task take in what has arrived: conditions are asked only when none is ready to run."""
    while True:
        try:
            await workflow.wait_condition(lambda: True)
        except asyncio.CancelledError:
            continue
        return


async def settle(
    branches: Sequence[Branch],
    enough: Callable[[], bool],
    left: Callable[[], timedelta | None] = lambda: None,
) -> None:
    """Wait until enough branches are done; then, or when interrupted, stop the others and wait for them."""
    interrupted = False
    try:
        while not enough():
            await wait_until(enough, left())
    except asyncio.CancelledError:
        interrupted = True
    for branch in branches:
        branch.interrupt()
    await uninterrupted(lambda: _all_done(branches))
    if interrupted:
        raise asyncio.CancelledError


async def uninterrupted(work: Callable[[], Coroutine[Any, Any, T]]) -> T:
    """Run work to its end whatever is cancelled meanwhile, then let the cancellation through."""
    branch = Branch(work)
    interrupted = False
    while not branch.done:
        try:
            await workflow.wait_condition(lambda: branch.done)
        except asyncio.CancelledError:
            interrupted = True
    if interrupted and is_interrupted():
        raise asyncio.CancelledError
    result: T = branch.task.result()
    return result


async def _all_done(branches: Sequence[Branch]) -> None:
    while not all(branch.done for branch in branches):
        await wait_until(lambda: all(branch.done for branch in branches))
