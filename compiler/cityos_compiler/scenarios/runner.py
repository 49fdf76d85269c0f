"""Running scenarios: each has a tenant of its own, so that many run at once against one server and one city."""

from __future__ import annotations

import asyncio
import contextlib
import time
from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

from cityos_runtime.context import Context, Tenant
from cityos_runtime.dispatch.messages import Delivery
from cityos_runtime.local import LocalCity
from temporalio.client import WorkflowFailureError, WorkflowHandle, WorkflowHistory, WorkflowQueryFailedError
from temporalio.exceptions import ApplicationError, CancelledError
from temporalio.service import RPCError

from cityos_compiler.scenarios.expect import Happened, compare, differences, note_calls
from cityos_compiler.scenarios.histories import (
    answered,
    calling,
    closed,
    next_timer,
    on_the_way,
    overrun,
    overtaken,
    signalling,
    signals_sent,
    step_time,
)
from cityos_compiler.scenarios.model import Action, Scenario
from cityos_compiler.scenarios.outcome import Outcome
from cityos_compiler.scenarios.starting import start_after

PATIENCE = 240.0
"""Seconds of real time after which a scenario that makes no progress is given up."""
TRIES = 3
"""How often a scenario runs that a busy machine spoiled, and how often a query is asked that fails."""
STANDSTILL = 5.0
"""Seconds of real time after which a clock that doesn't move is moved on."""
MESSAGE_PATIENCE = 30.0
"""The same for a message that nobody takes, if its taker was looked for often enough by then."""
LOOKS = 3
"""How often is enough: a busy machine may not have come to it."""
QUERY_PATIENCE = timedelta(minutes=1)
"""How long an answer to a query may take."""


async def run_all(
    city: LocalCity,
    scenarios: list[Scenario],
    *,
    at_once: int = 8,
    each: Callable[[Outcome], None] | None = None,
) -> list[Outcome]:
    """Run scenarios side by side; ``each`` hears of every one that ended."""
    room = asyncio.Semaphore(at_once)
    starting = asyncio.Lock()

    async def one(number: int, scenario: Scenario) -> Outcome:
        async with room:
            for again in range(TRIES):
                outcome = await _guarded(city, scenario, number + again * len(scenarios), starting)
                if outcome.history is None or not _by_chance(outcome):
                    break
        if each is not None:
            each(outcome)
        return outcome

    return list(await asyncio.gather(*(one(number, scenario) for number, scenario in enumerate(scenarios))))


def _by_chance(outcome: Outcome) -> bool:
    """Whether a run came out as it did since the machine was busy."""
    slow = {
        operation
        for operation, entries in outcome.scenario.world.items()
        if any("lost" in entry or entry.get("fails") == "TimeoutError" for entry in entries)
    }
    events = [event for history in outcome.histories for event in history.events]
    return overtaken(events) or overrun(events, slow)


async def _guarded(city: LocalCity, scenario: Scenario, number: int, starting: asyncio.Lock) -> Outcome:
    run = _Run(city, scenario, number, starting)
    running = asyncio.create_task(run.run())
    try:
        await _while_it_goes_on(run, running)
        return await running
    except TimeoutError:
        return Outcome(scenario, [f"it made no progress in {PATIENCE:.0f} s of real time"])
    except Exception as error:  # a scenario that can't even start fails; the others go on
        return Outcome(scenario, [f"{type(error).__name__}: {error}"])
    finally:
        running.cancel()  # also where whoever runs the scenarios is stopped


async def _while_it_goes_on(run: _Run, running: asyncio.Task[Outcome]) -> None:
    """Until a scenario ends; TimeoutError where nothing was added to its history for too long."""
    length: object = None
    while not (await asyncio.wait({running}, timeout=PATIENCE))[0]:
        before, length = length, await run.length()
        if before == length:
            raise TimeoutError


class _Run:
    def __init__(self, city: LocalCity, scenario: Scenario, number: int, starting: asyncio.Lock) -> None:
        self.city = city
        self.starting = starting
        self.scenario = scenario
        self.number = number
        self.tenant = f"{scenario.tenant}-{number}"
        self.queried: list[str] = []
        self.answered: list[Any] = []
        self.began = 0.0
        self.started = datetime.min
        self.handle: WorkflowHandle[Any, Any]

    async def run(self) -> Outcome:
        for operation, entries in self.scenario.world.items():
            self.city.sandbox.script(self.tenant, operation, entries)
        # The index costs an event of history for each value: only where a message has to find its workflow.
        by_message = any(action.kind == "event" for action in self.scenario.actions)
        self.context = context = Context(
            tenant=Tenant.of(self.city.manifest, self.scenario.tenant).model_copy(update={"id": self.tenant}),
            correlation_id=f"scenario-{self.tenant}",
            search_attributes=by_message,
        )
        steering = bool(self.scenario.actions)
        skipping = contextlib.nullcontext() if not steering else self.city.environment.with_time_skipping_disabled()
        self.began = time.monotonic()
        async with self.starting:  # whether time is skipped is decided for all starts at once: one at a time
            with skipping:
                self.handle = await self._start(context)
                self.started = await self._started()  # of the first run: others may follow it
        for action in self.scenario.actions:
            await self._reach(action.at.after, action.at.seconds)
            await self._act(action)
        if steering:
            await self._finish_skipping()
        happened = await self._happened()
        history = await self.handle.fetch_history()
        happened.signalled = [
            (signal, to.replace(self.tenant, self.scenario.tenant)) for signal, to in signals_sent(history.events)
        ]
        wrong = compare(self.scenario.expect, happened)
        return Outcome(self.scenario, wrong, happened, history, await self._earlier(history), self.number)

    async def _earlier(self, history: WorkflowHistory) -> list[WorkflowHistory]:
        """The histories of the runs that a run continued as new, from the first."""
        found: list[WorkflowHistory] = []
        while before := history.events[0].workflow_execution_started_event_attributes.continued_execution_run_id:
            handle = self.city.client.get_workflow_handle(self.handle.id, run_id=before)
            history = await handle.fetch_history()
            found.insert(0, history)
        return found

    async def length(self) -> object:
        """How long its history is, and of which run."""
        if not hasattr(self, "handle"):
            return None
        description = await self.handle.describe()
        return description.run_id, description.history_length

    async def _start(self, context: Context) -> WorkflowHandle[Any, Any]:
        scenario = self.scenario
        if scenario.last_result is None:
            return await self.city.start(scenario.workflow, scenario.input, context)
        return await start_after(self.city, scenario.workflow, scenario.input, context, scenario.last_result)

    async def _finish_skipping(self) -> None:
        """Let time fly to the end, which may have come already."""
        with contextlib.suppress(RPCError):
            await self.city.environment.fast_forward(self.handle)

    async def _reach(self, step: str | None, seconds: float) -> None:
        """Move the virtual clock to a moment after the start, or after a step began."""
        base = await self._began(step) if step is not None else await self._started()
        now = await self.city.environment.get_current_time(self.handle)
        left = (base + timedelta(seconds=seconds) - now).total_seconds()
        if left > 0:
            await self._settled()
            await self.city.environment.fast_forward(self.handle, timedelta(seconds=left))
        await self._settled()

    async def _started(self) -> datetime:
        description = await self.handle.describe()
        return description.start_time

    async def _began(self, step: str) -> datetime:
        """When a step began, moving from timer to timer until it does."""
        for _ in range(10_000):
            idle = await self._idle()  # asked first: what it still does must be in the history read below
            events = [event async for event in self.handle.fetch_history_events()]
            idle = idle and not on_the_way(events)
            found = step_time(events, step)
            if found is not None:
                return found
            if closed(events):
                raise RuntimeError(f"`{step}` never began: the workflow ended before")
            timer = next_timer(events)
            now = await self.city.environment.get_current_time(self.handle)
            idle = idle and not signalling(events)
            if timer is None and idle and not calling(events):
                raise RuntimeError(f"`{step}` never began: the workflow waits, and no timer will end that")
            if timer is not None and idle:
                await self.city.environment.fast_forward(self.handle, max(timer - now, timedelta(milliseconds=1)))
            else:
                await asyncio.sleep(0.01)  # the worker is at work; there is no event to wait for
        raise RuntimeError(f"`{step}` never began")

    async def _idle(self) -> bool:
        description = await self.handle.describe()
        raw = description.raw_description
        return not raw.HasField("pending_workflow_task") and not raw.pending_activities

    async def _settled(self) -> None:
        """Wait until the workflow has nothing more to do at this moment."""
        for _ in range(3000):
            description = await self.handle.describe()
            raw = description.raw_description
            busy = [a for a in raw.pending_activities if not _backing_off(a)]
            if not raw.HasField("pending_workflow_task") and not busy:
                return
            await asyncio.sleep(0.01)  # as above

    async def _act(self, action: Action) -> None:
        match action.kind:
            case "signal":
                payload = self.city.signal_payload(action.name, action.payload, await self._now())
                await asyncio.gather(*(self._signal(action, number, payload) for number in range(action.times)))
            case "event":
                payload = self.city.signal_payload(action.name, action.payload, await self._now())
                found = await self._delivered(await self.city.post(action.name, payload, self.context, action.event_id))
                if self.handle.id not in found:
                    self.queried.append(f"the event {action.name} did not find the workflow, but {found or 'nobody'}")
            case "cancel":
                await self.handle.cancel()
            case "decide":
                await self.handle.execute_update("decide", {"action": action.name, **action.payload})
            case "query":
                answer = await self._asked(action.name)
                self.answered.append(_plain(answer))
                self.queried += [f"{action.name}: {text}" for text in differences(action.gives, _plain(answer))]
        if action.kind != "query":
            await self._settled()

    async def _delivered(self, inbox: WorkflowHandle[Any, Delivery]) -> list[str]:
        """The workflows that a message came to; none where it was looked for one often enough."""
        result = asyncio.ensure_future(inbox.result())
        while not (await asyncio.wait({result}, timeout=MESSAGE_PATIENCE))[0]:
            if answered([event async for event in inbox.fetch_history_events()]) >= LOOKS:
                result.cancel()
                return []
        return (await result).delivered_to

    async def _signal(self, action: Action, number: int, payload: dict[str, Any]) -> None:
        envelope = {"event_id": action.event_id or f"{action.name}-{id(action)}-{number}"}
        await self.handle.signal(action.name, args=[payload, envelope])

    async def _now(self) -> datetime:
        return await self.city.environment.get_current_time(self.handle)

    async def _result(self) -> Any:
        """The result. A busy server now and then leaves a clock standing; then it is told once more to let time fly."""
        result = asyncio.ensure_future(self.handle.result())
        while not (await asyncio.wait({result}, timeout=STANDSTILL))[0]:
            await self._finish_skipping()
        return await result

    async def _status(self) -> Any:
        """What `getWorkflowStatus` says; nothing where a run refused its input."""
        with contextlib.suppress(WorkflowQueryFailedError):
            return _plain(await self._asked("getWorkflowStatus"))
        return {}

    async def _asked(self, query: str) -> Any:
        """A query's answer. A busy worker has no time, or gives its replay up as a deadlock: it is asked again."""
        for _ in range(TRIES - 1):
            with contextlib.suppress(RPCError, WorkflowQueryFailedError):
                return await self.handle.query(query, rpc_timeout=QUERY_PATIENCE)
        return await self.handle.query(query, rpc_timeout=QUERY_PATIENCE)

    async def _happened(self) -> Happened:
        happened = Happened(ended="completed")
        try:
            happened.result = await self._result()
        except WorkflowFailureError as error:
            cause = error.cause
            happened.ended = "cancelled" if isinstance(cause, CancelledError) else "failed"
            happened.message = str(cause)
            if isinstance(cause, ApplicationError):
                happened.error_class = cause.type or ""
        status = await self._status()
        happened.really_took = time.monotonic() - self.began
        happened.undone, happened.not_undone = status.get("undone", []), status.get("not_undone", [])
        description = await self.handle.describe()
        happened.started = self.started
        if description.close_time is not None:
            happened.took = (description.close_time - description.start_time).total_seconds()
        note_calls(happened, self.city.sandbox.calls(self.tenant))
        happened.queried, happened.answered, happened.status = self.queried, self.answered, status
        return happened


def _plain(value: Any) -> Any:
    return value.model_dump(mode="json") if hasattr(value, "model_dump") else value


def _backing_off(activity: Any) -> bool:
    """An activity that waits for its next attempt."""
    return bool(activity.attempt > 1 and activity.HasField("next_attempt_schedule_time"))
