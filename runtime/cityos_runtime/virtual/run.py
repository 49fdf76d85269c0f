"""One run of a workflow: what stands behind the functions of `temporalio.workflow` while it runs here."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pydantic_core
from temporalio.common import MetricMeter, SearchAttributeKey, SearchAttributeUpdate
from temporalio.exceptions import ApplicationError, CancelledError, FailureError

from cityos_runtime.context import Carried, Context
from cityos_runtime.virtual.activities import Activity, Asked, Outcome, Terms
from cityos_runtime.virtual.clock import Clock
from cityos_runtime.virtual.hosting import Hosting
from cityos_runtime.virtual.loop import VirtualLoop
from cityos_runtime.virtual.programs import Flow, Program
from cityos_runtime.virtual.trace import Entry, Kind

if TYPE_CHECKING:
    from cityos_runtime.parking import Decision
    from cityos_runtime.virtual.world import World


class ContinuedAsNew(BaseException):
    """The run goes on as a new one."""

    def __init__(self, args: Sequence[Any]) -> None:
        super().__init__("continued as new")
        self.arguments = list(args)


@dataclass(frozen=True)
class Identity:
    """What a run is called."""

    workflow_id: str
    run_id: str
    first_run_id: str
    parent: str = ""


class Run(Hosting):
    """One run, from its first turn to its end."""

    def __init__(
        self, world: World, program: Program, identity: Identity, input: Any, context: Context, last_result: Any = None
    ) -> None:
        self.world = world
        self.program = program
        self.identity = identity
        self.input = input
        self.context = context
        self.last_result = last_result
        self.clock: Clock = world.clock
        self.began_at: datetime = world.clock.now
        self.turned_at = self.began_at
        self.loop = VirtualLoop(world.clock, self, self.turn)  # type: ignore[abstract]  # what nothing here asks for
        self.cancel_requested = False
        self.result: Any = None
        self.failure: BaseException | None = None
        self.stuck: str = ""
        self.carried_on: Run | None = None
        """The run that goes on for this one."""
        self.ended_at: datetime | None = None
        self._activities = 0
        self._handlers = 0
        self._attributes: dict[SearchAttributeKey[Any], Any] = {}
        self._on_end: list[Callable[[], None]] = []
        self._info: Any = None
        self.flow: Flow
        self._primary: asyncio.Task[Any] | None = None

    # How it goes on

    def start(self, carried: Carried | None = None) -> None:
        """Its first turn."""
        self.note("started", self.program.type, input=self.input, run=self.identity.run_id)

        def begin() -> None:
            self.flow = self.program.begin(self.input, self.context, carried)
            main = self.program.run(self.flow, self.input, self.context, carried)
            self._primary = self.loop.create_task(main)

        self.turn(begin)

    def turn(self, first: Callable[[], None] | None = None) -> None:
        """Let it do all that it can do now."""
        if self.is_over:
            return
        self.turned_at = self.clock.now
        self.loop.drain(first)
        if self._primary is not None and self._primary.done() and not self.is_over:
            self._end(self._primary)

    @property
    def is_over(self) -> bool:
        """Whether it came to its end, or can't go on."""
        return self.ended_at is not None

    @property
    def status(self) -> str:
        """running, completed, failed, cancelled, continued or stuck."""
        if not self.is_over:
            return "running"
        if self.stuck:
            return "stuck"
        if self.carried_on is not None:
            return "continued"
        if self.failure is None:
            return "completed"
        return "cancelled" if isinstance(self.failure, CancelledError) else "failed"

    def when_over(self, do: Callable[[], None]) -> None:
        """Call this when it ended."""
        if self.is_over:
            do()
        else:
            self._on_end.append(do)

    def get_stuck(self, why: str) -> None:
        """Its own code can't go on."""
        self.stuck = why
        self._close()

    def note(self, kind: Kind, name: str = "", **details: Any) -> Entry | None:
        """Write down what happened, where anybody wants to know."""
        if not self.world.listening:
            return None
        entry = Entry(self.clock.now, self.identity.workflow_id, kind, name, details)
        self.world.tell(entry)
        return entry

    # What reaches it from outside

    def signal(self, name: str, payload: Any, envelope: Mapping[str, Any] | None = None) -> None:
        """A signal comes."""
        before, kept = dict(self.flow.mailbox.counts), len(self.flow.mailbox.kept)
        entry = self.note("signal", name, payload=payload)
        self.turn(lambda: self.flow.mailbox.receive(name, payload, envelope))
        if entry is not None:
            counts = self.flow.mailbox.counts
            refused = [why for why in ("invalid", "duplicate", "unknown") if counts[why] > before.get(why, 0)]
            entry.details["became"] = (
                refused[0] if refused else "kept" if len(self.flow.mailbox.kept) > kept else "taken"
            )

    def cancel(self) -> None:
        """A cancellation comes."""
        self.note("cancel")
        self.cancel_requested = True
        assert self._primary is not None
        self.loop.call_soon(self._primary.cancel)
        self.turn()

    def decide(self, decision: Decision) -> None:
        """An operator's decision on a parked step.

        Raises ApplicationError where it doesn't fit.
        """
        self.flow._check_decision(decision)
        self.note("decided", decision.step, action=decision.action)
        self.turn(lambda: self._begin(self.flow.decide(decision)))

    def _begin(self, work: Any) -> None:
        """A task that nobody waits for."""
        self.loop.create_task(work)

    def query(self, name: str) -> Any:
        """A query's answer, as plain data.

        Raises KeyError where there is no such query.
        """
        answer: list[Any] = []
        self.loop.drain(lambda: answer.append(self.program.query(self.flow, name)))
        return pydantic_core.to_jsonable_python(answer[0])

    # What it asks of the world

    def perform(self, asked: Asked) -> Outcome:
        """One attempt at an operation."""
        return self.world.perform(asked)

    def begin_activity(self, asked: Asked, terms: Terms) -> Activity:
        """An operation is asked for."""
        self._activities += 1
        self.note("scheduled", asked.step, operation=asked.operation, input=asked.input, key=asked.key,
                  summary=asked.summary, number=asked.number, task_queue=asked.task_queue,
                  timeout=terms.timeout, within=terms.within, retry=terms.retry)  # fmt: skip
        return Activity(self, asked, terms)

    @property
    def next_activity(self) -> int:
        """The number that the next activity has."""
        return self._activities + 1

    def workflow_info(self) -> Any:
        """What the runtime asks of a run."""
        if self._info is None:
            self._info = SimpleNamespace(
                workflow_id=self.identity.workflow_id,
                run_id=self.identity.run_id,
                first_execution_run_id=self.identity.first_run_id,
                workflow_type=self.program.type,
                task_queue=self.program.task_queue,
                start_time=self.began_at,
                typed_search_attributes=self._attributes,
                is_continue_as_new_suggested=self._is_long,
            )
        return self._info

    def _is_long(self) -> bool:
        return self._activities >= self.world.long_after

    def workflow_continue_as_new(self, *args: Any, **_: Any) -> None:
        """Go on as a new run."""
        raise ContinuedAsNew(args)

    def workflow_all_handlers_finished(self) -> bool:
        """Always: the handlers of the runtime don't wait."""
        return True

    def workflow_has_last_completion_result(self) -> bool:
        """Whether a schedule's previous run gave something."""
        return self.last_result is not None

    def workflow_last_completion_result(self, type_hint: type | None) -> Any:
        """What the schedule's previous run gave."""
        return self.last_result

    def workflow_upsert_search_attributes(self, attributes: Sequence[SearchAttributeUpdate[Any]], **_: Any) -> None:
        """Keep what the run is found by."""
        self.note("indexed", values={update.key.name: update.value for update in attributes})
        for update in attributes:
            self._attributes[update.key] = update.value

    @property
    def addresses(self) -> Sequence[str]:
        """By what messages find it."""
        from cityos_runtime.dispatch.addresses import ADDRESSES

        return list(self._attributes.get(ADDRESSES, []))

    def workflow_metric_meter(self) -> MetricMeter:
        """Nobody measures a simulation."""
        return MetricMeter.noop

    def workflow_is_replaying(self) -> bool:
        """As in a replay, nothing is logged."""
        return True

    workflow_is_replaying_history_events = workflow_is_replaying

    # Its end

    def _end(self, primary: asyncio.Task[Any]) -> None:
        error = asyncio.CancelledError() if primary.cancelled() else primary.exception()
        match error:
            case None:
                self.result = pydantic_core.to_jsonable_python(primary.result())
            case ContinuedAsNew():
                self._continue(error)
                return
            case asyncio.CancelledError():
                self.failure = CancelledError("Workflow cancelled")
            case FailureError():
                self.failure = error
            case _:
                self.stuck = f"{type(error).__name__}: {error}"
        self._close()

    def _continue(self, there: ContinuedAsNew) -> None:
        input, context, carried = there.arguments
        following = Run(
            self.world,
            self.program,
            Identity(
                self.identity.workflow_id,
                self.world.new_run_id(self.identity.workflow_id),
                self.identity.first_run_id,
                self.identity.parent,
            ),
            pydantic_core.to_jsonable_python(input),
            context,
            self.last_result,
        )
        self.carried_on = following
        self.ended_at = self.clock.now
        following._on_end = self._on_end
        self.world.runs[self.identity.workflow_id] = following
        self.note("continued", carried.at)
        self.clock.at(self.clock.now, lambda: following.start(Carried.model_validate_json(carried.model_dump_json())))

    def _close(self) -> None:
        self.ended_at = self.clock.now
        failure = self.failure
        kind = failure.type or "" if isinstance(failure, ApplicationError) else ""
        self.note("ended", self.status, result=self.result, error=kind, message=str(failure or self.stuck or ""))
        for do in self._on_end:
            do()
