"""The event loop of one run: what is ready runs, then conditions are asked, as Temporal's SDK does it."""

from __future__ import annotations

import asyncio
from asyncio import events
from collections import deque
from collections.abc import Callable, Coroutine, Generator
from contextvars import Context
from datetime import timedelta
from typing import Any, TypeVar, TypeVarTuple, Unpack

from cityos_runtime.virtual.clock import Appointment, Clock

T = TypeVar("T")
Ts = TypeVarTuple("Ts")
RUNTIME = "__temporal_workflow_runtime"
"""The attribute of a loop by which `temporalio.workflow` finds what stands behind its functions."""


class _Timer(asyncio.TimerHandle):
    """A timer of asyncio's own, on the virtual clock."""

    appointment: Appointment | None = None

    def cancel(self) -> None:
        """It doesn't fire."""
        if self.appointment is not None:
            self.appointment.call_off()
        super().cancel()


class VirtualLoop(asyncio.AbstractEventLoop):
    """Tasks, futures and conditions of one run. It runs only inside `drain`, to where nothing is ready any more."""

    def __init__(self, clock: Clock, runtime: object, turn: Callable[[], None]) -> None:
        self._clock = clock
        self._turn = turn
        self._ready: deque[asyncio.Handle] = deque()
        self.turns = 0
        """How often it ran."""
        self._conditions: list[tuple[Callable[[], bool], asyncio.Future[None]]] = []
        setattr(self, RUNTIME, runtime)

    def drain(self, first: Callable[[], None] | None = None) -> None:
        """Run all that is ready; then what the conditions release, until nothing moves."""
        before = events._get_running_loop()
        events._set_running_loop(self)
        self.turns += 1
        try:
            if first is not None:
                first()
            ready, moved = self._ready, True
            while moved:
                while ready:
                    ready.popleft()._run()
                self._conditions = [(test, future) for test, future in self._conditions if not _met(test, future)]
                moved = bool(ready)
        finally:
            events._set_running_loop(before)

    def when(self, condition: Callable[[], bool]) -> asyncio.Future[None]:
        """A future that is done once the condition holds; it is asked whenever nothing is ready to run."""
        future = self.create_future()
        self._conditions.append((condition, future))
        return future

    def create_future(self) -> asyncio.Future[Any]:
        """A future of this loop."""
        return asyncio.Future(loop=self)

    def create_task(self, coro: Coroutine[Any, Any, T] | Generator[Any, None, T], **options: Any) -> asyncio.Task[T]:
        """A task of this loop."""
        return asyncio.Task(coro, loop=self, **options)

    def call_soon(
        self, callback: Callable[[Unpack[Ts]], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.Handle:
        """Run a callback in this turn."""
        handle = asyncio.Handle(callback, args, self, context)
        self._ready.append(handle)
        return handle

    def call_later(
        self, delay: float, callback: Callable[[Unpack[Ts]], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """Run a callback in a turn of its own when the virtual time has come."""
        timer = _Timer(self.time() + delay, callback, args, self, context)

        def fire() -> None:
            self._ready.append(timer)
            self._turn()

        timer.appointment = self._clock.after(timedelta(seconds=delay), fire)
        return timer

    def call_at(
        self, when: float, callback: Callable[[Unpack[Ts]], object], *args: *Ts, context: Context | None = None
    ) -> asyncio.TimerHandle:
        """Run a callback at a time of this loop."""
        return self.call_later(max(when - self.time(), 0.0), callback, *args, context=context)

    def time(self) -> float:
        """The virtual time, in seconds."""
        return self._clock.now.timestamp()

    def get_debug(self) -> bool:
        """Never: it would slow down each run."""
        return False

    def is_running(self) -> bool:
        """Whether it runs now."""
        return events._get_running_loop() is self

    def is_closed(self) -> bool:
        """Never."""
        return False

    def call_exception_handler(self, context: dict[str, Any]) -> None:
        """A task's failure that nobody asked for: as on Temporal, nobody is told."""


def _met(test: Callable[[], bool], future: asyncio.Future[None]) -> bool:
    """Whether a condition is to be asked no more."""
    if future.done():
        return True
    if not test():
        return False
    future.set_result(None)
    return True
