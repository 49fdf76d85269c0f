"""What a run may ask for that takes its time: waits, operations, other workflows."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from temporalio.common import RetryPolicy
from temporalio.workflow import ActivityCancellationType

from cityos_runtime.virtual.activities import Activity, Asked, Terms, as_received
from cityos_runtime.virtual.clock import Clock
from cityos_runtime.virtual.loop import VirtualLoop
from cityos_runtime.virtual.trace import Entry, Kind

if TYPE_CHECKING:
    from cityos_runtime.virtual.others import Child
    from cityos_runtime.virtual.world import World


class ActivityTask(asyncio.Task[Any]):
    """An activity as the workflow holds it."""

    activity: Activity
    begun = False

    def cancel(self, msg: Any | None = None) -> bool:
        """Ask the activity to stop; where nobody waits for it yet, its task is never begun."""
        if not self.begun and not self.done():
            self.activity.cancel()
        return super().cancel(msg)


class Hosting:
    """The part of a run that waits."""

    world: World
    clock: Clock
    loop: VirtualLoop
    cancel_requested: bool

    turned_at: datetime

    def workflow_now(self) -> datetime:
        """The time of its last turn: a query that comes later is answered with that too."""
        return self.turned_at

    def workflow_time_ns(self) -> int:
        """The same, in nanoseconds."""
        return int(self.turned_at.timestamp() * 1e9)

    async def workflow_sleep(self, duration: float, *, summary: str | None = None, **_: Any) -> None:
        """Wait for the clock."""
        future = self.loop.create_future()
        call_off = self._after(duration, summary, lambda: None if future.done() else future.set_result(None))
        try:
            await future
        finally:
            call_off()

    async def workflow_wait_condition(
        self, fn: Callable[[], bool], *, timeout: float | None = None, timeout_summary: str | None = None, **_: Any
    ) -> None:
        """Wait until the condition holds.

        Raises TimeoutError when the time is over first, and CancelledError where the run's cancellation came meanwhile.
        """
        before = self.cancel_requested
        future = self.loop.when(fn)
        late = False
        if timeout is None:
            await future
        elif timeout <= 0:
            future.cancel()
            late = True
            await asyncio.sleep(0)
        else:
            late = await self._for_at_most(future, timeout, timeout_summary)
        if self.cancel_requested and not before:
            raise asyncio.CancelledError
        if late:
            raise TimeoutError

    async def _for_at_most(self, future: asyncio.Future[None], timeout: float, summary: str | None) -> bool:
        """Wait for a future; True when the time was over first."""
        over = False

        def fire() -> None:
            nonlocal over
            if not future.done():
                over = True
                future.cancel()

        cancel = self._after(timeout, summary, fire)
        try:
            await future
        except asyncio.CancelledError:
            if not over:
                raise
        finally:
            cancel()
        return over

    def _after(self, seconds: float, summary: str | None, do: Callable[[], None]) -> Callable[[], None]:
        """A timer; what comes back calls it off."""

        def fire() -> None:
            self.note("fired", summary or "")
            self.turn(do)

        appointment = self.clock.after(timedelta(seconds=seconds), fire)
        entry, turn = self.note("timer", summary or "", at=appointment.time), self.loop.turns

        def call_off() -> None:
            appointment.call_off()
            if entry is not None and self.loop.turns == turn:
                entry.details["unsent"] = True  # a server never hears of it

        return call_off

    def workflow_start_activity(
        self,
        activity: str,
        *args: Any,
        result_type: Any,
        start_to_close_timeout: timedelta | None,
        schedule_to_close_timeout: timedelta | None,
        retry_policy: RetryPolicy | None,
        cancellation_type: ActivityCancellationType,
        summary: str | None = None,
        task_queue: str | None = None,
        **_: Any,
    ) -> ActivityTask:
        """Ask for an operation."""
        input, context = args
        asked = Asked(activity, input, context, 1, self.next_activity, summary or "", task_queue or "")
        terms = Terms(
            result_type,
            start_to_close_timeout,
            schedule_to_close_timeout,
            retry_policy or RetryPolicy(),
            cancellation_type,
        )
        begun = self.begin_activity(asked, terms)
        task = ActivityTask(self._outcome_of(begun), loop=self.loop)
        task.activity = begun
        return task

    async def _outcome_of(self, activity: Activity) -> Any:
        task = asyncio.current_task()
        if isinstance(task, ActivityTask):
            task.begun = True
        return await self._shielded(activity.result, activity.cancel)

    async def _shielded(self, result: asyncio.Future[Any], cancel: Callable[[], None]) -> Any:
        """Wait for what goes its own way: a cancellation asks it to stop, and its own end is what counts."""
        while True:
            try:
                return await asyncio.shield(result)
            except asyncio.CancelledError:
                if result.done():
                    raise
                cancel()
                task = asyncio.current_task()
                if task is not None:
                    task.uncancel()

    async def workflow_start_child_workflow(self, workflow: str, *args: Any, **options: Any) -> asyncio.Task[Any]:
        """Start another workflow.

        Raises WorkflowAlreadyStartedError where one of that id runs.
        """
        child = self.world.start_child(self, workflow, args, options)
        await asyncio.sleep(0)
        return self.loop.create_task(self._child_outcome(child, options.get("result_type")))

    async def _child_outcome(self, child: Child, kind: Any) -> Any:
        return as_received(await self._shielded(child.result, child.cancel), kind)

    def workflow_get_external_workflow_handle(self, workflow_id: str, **_: Any) -> External:
        """Another workflow, to be signalled."""
        return External(self, workflow_id)

    # What the whole run gives

    def note(self, kind: Kind, name: str = "", **details: Any) -> Entry | None:
        """Write down what happened, where anybody wants to know."""
        raise NotImplementedError

    def turn(self, first: Callable[[], None] | None = None) -> None:
        """Let it do all that it can do now."""
        raise NotImplementedError

    def begin_activity(self, asked: Asked, terms: Terms) -> Activity:
        """An operation is asked for."""
        raise NotImplementedError

    @property
    def next_activity(self) -> int:
        """The number that the next activity has."""
        raise NotImplementedError


class External:
    """Another workflow as the workflow holds it."""

    def __init__(self, run: Hosting, workflow_id: str) -> None:
        self._run = run
        self.id = workflow_id

    async def signal(self, name: str, *, args: Any) -> None:
        """Signal it.

        Raises ApplicationError where there is none.
        """
        answer = self._run.loop.create_future()
        self._run.world.signal_other(self._run, self.id, name, args, answer)
        await answer
