"""Operations in a virtual world: who answers them, and Temporal's retries."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeAlias

import pydantic_core
from pydantic import TypeAdapter
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError, CancelledError, TimeoutError, TimeoutType
from temporalio.workflow import ActivityCancellationType

from cityos_runtime.context import ActivityContext, Context

if TYPE_CHECKING:
    from cityos_runtime.virtual.run import Run

LOOKUP = ".lookup"


@dataclass(frozen=True, slots=True)
class Asked:
    """One attempt at an operation."""

    operation: str
    """Its name; `<operation>.lookup` asks what a key left behind."""
    input: Any
    context: ActivityContext | Context
    """The dispatch's own activities are given the message's."""
    attempt: int
    number: int
    """Which activity of its run this is, from 1."""
    summary: str = ""
    task_queue: str = ""
    """That of the system that is asked: several may have an operation of one name."""
    memory: dict[str, Any] = field(default_factory=dict)
    """What one attempt leaves for the next, as a heartbeat's details do."""

    @property
    def step(self) -> str:
        """The step that asks; the operation itself where no step does."""
        return self.context.step if isinstance(self.context, ActivityContext) else self.operation

    @property
    def looked_up(self) -> str | None:
        """The operation of which it asks what a key left behind; None where it carries one out."""
        return self.operation.removesuffix(LOOKUP) if self.operation.endswith(LOOKUP) else None

    @property
    def key(self) -> str:
        """The step's idempotency key."""
        return self.context.idempotency_key if isinstance(self.context, ActivityContext) else ""


@dataclass(frozen=True, slots=True)
class Answered:
    """The operation's output, as plain data."""

    output: Any
    after: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Failing:
    """The attempt fails with an error class."""

    error: str
    message: str = ""
    outcome: str = "known"
    retryable: bool = True
    delay: timedelta | None = None
    """After which the next attempt may come, where the system says so."""
    after: timedelta = timedelta(0)


@dataclass(frozen=True, slots=True)
class Lost:
    """No answer within the operation's timeout: it may have happened."""


class Pending:
    """Not answered yet: whoever plays the world answers later, with `come`."""

    activity: Activity

    def come(self, outcome: Outcome) -> None:
        """What the attempt comes to, or that it is still not answered."""
        self.activity.take(outcome)


Outcome: TypeAlias = Answered | Failing | Lost | Pending
Perform: TypeAlias = Callable[[Asked], Outcome]


@lru_cache(maxsize=4096)
def _adapter(kind: Any) -> TypeAdapter[Any]:
    return TypeAdapter(kind)


def as_received(value: Any, kind: Any) -> Any:
    """A value as its type, after the journey through JSON that it makes on Temporal."""
    plain = pydantic_core.from_json(pydantic_core.to_json(value))
    return plain if kind is None else _adapter(kind).validate_python(plain)


@dataclass(frozen=True, slots=True)
class Terms:
    """What the workflow says about an activity, beside its input."""

    result_type: Any
    timeout: timedelta | None
    within: timedelta | None
    retry: RetryPolicy
    cancellation: ActivityCancellationType


class Activity:
    """One activity, from its first attempt to its end."""

    def __init__(self, run: Run, asked: Asked, terms: Terms) -> None:
        self._run = run
        self.asked = asked
        self.terms = terms
        self.result: asyncio.Future[Any] = run.loop.create_future()
        self._attempt = 0
        self._resting: Callable[[], None] | None = None
        self._end: datetime | None = run.clock.now + terms.within if terms.within is not None else None
        run.clock.at(run.clock.now, self._try)

    def cancel(self) -> None:
        """Ask it to stop. What is under way is waited for where the workflow says so; what rests ends at once."""
        waits = self.terms.cancellation is ActivityCancellationType.WAIT_CANCELLATION_COMPLETED
        if self._resting is None and waits:
            return
        if self._resting is not None:
            self._resting()
        cancelled = self._wrapped(CancelledError("cancelled"))
        if waits:  # for the server's word, which comes in a turn of its own
            self._run.clock.at(self._run.clock.now, lambda: self._settle(None, cancelled, turn=True))
        else:
            self._settle(None, cancelled)

    def _try(self) -> None:
        if self.result.done() or self._run.is_over:
            return
        self._resting = None
        self._attempt += 1
        first = self.asked
        asked = first if first.attempt == self._attempt else replace(first, attempt=self._attempt)
        outcome = self._run.perform(asked)
        self.take(outcome)

    def take(self, outcome: Outcome) -> None:
        """What an attempt comes to, or that it isn't answered yet; nothing where the activity was over before."""
        if isinstance(outcome, Pending):
            outcome.activity = self
            return
        asked = self.asked
        self._run.note("attempt", asked.step, operation=asked.operation, attempt=self._attempt, outcome=outcome,
                       number=asked.number)  # fmt: skip
        match outcome:
            case Answered(output, after):
                self._later(after, lambda: self._answered(output))
            case Failing():
                self._later(outcome.after, lambda: self._failed(_application_error(outcome), outcome.delay))
            case Lost():
                lost = TimeoutError(
                    "activity StartToClose timeout", type=TimeoutType.START_TO_CLOSE, last_heartbeat_details=[]
                )
                self._later(self.terms.timeout or timedelta(0), lambda: self._failed(lost, None))

    def _later(self, after: timedelta, then: Callable[[], None]) -> None:
        """What an attempt comes to, once it has taken its time: not longer than the whole may take."""
        end = self._run.clock.now + after
        if self._end is not None and self._end < end:
            late = TimeoutError(
                "activity ScheduleToClose timeout", type=TimeoutType.SCHEDULE_TO_CLOSE, last_heartbeat_details=[]
            )
            self._run.clock.at(self._end, lambda: self._settle(None, self._wrapped(late), turn=True))
        elif after:
            self._run.clock.at(end, then)
        else:
            then()

    def _answered(self, output: Any) -> None:
        try:
            value = as_received(output, self.terms.result_type)
        except ValueError as error:
            # On Temporal the workflow's task would fail, again and again: its own code can't go on.
            self._run.get_stuck(f"{self.asked.operation} answered what its type does not take: {error}")
            return
        self._settle(value, None, turn=True)

    def _failed(self, error: ApplicationError | TimeoutError, delay: timedelta | None) -> None:
        rest = self._rest(error, delay)
        if rest is None:
            self._settle(None, self._wrapped(error), turn=True)
            return
        self._resting = self._run.clock.after(rest, self._try).call_off

    def _rest(self, error: ApplicationError | TimeoutError, delay: timedelta | None) -> timedelta | None:
        """How long until the next attempt; None where there is none."""
        policy = self.terms.retry
        kind = error.type if isinstance(error, ApplicationError) else None
        refused = isinstance(error, ApplicationError) and error.non_retryable
        if refused or kind in (policy.non_retryable_error_types or ()):
            return None
        if policy.maximum_attempts and self._attempt >= policy.maximum_attempts:
            return None
        longest = policy.maximum_interval or policy.initial_interval * 100
        grown = policy.initial_interval.total_seconds() * policy.backoff_coefficient ** min(self._attempt - 1, 64)
        rest = delay if delay is not None else min(timedelta(seconds=min(grown, 1e9)), longest)
        return None if self._end is not None and self._run.clock.now + rest >= self._end else rest

    def _settle(self, value: Any, error: ActivityError | None, *, turn: bool = False) -> None:
        if self.result.done() or self._run.is_over:
            return
        if error is not None:
            self.result.set_exception(error)
        else:
            self.result.set_result(value)
        if turn:
            self._run.turn()

    def _wrapped(self, cause: BaseException) -> ActivityError:
        error = ActivityError(
            "Activity task failed",
            scheduled_event_id=0,
            started_event_id=0,
            identity="",
            activity_type=self.asked.operation,
            activity_id=str(self.asked.number),
            retry_state=None,
        )
        error.__cause__ = cause
        return error


def _application_error(failing: Failing) -> ApplicationError:
    return ApplicationError(
        failing.message or failing.error,
        {"outcome": failing.outcome},
        type=failing.error,
        non_retryable=not failing.retryable,
    )
