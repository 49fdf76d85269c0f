"""What all parts of a running workflow share."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextvars import ContextVar
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Literal, NoReturn, TypeAlias

from pydantic import BaseModel
from temporalio import workflow
from temporalio.common import SearchAttributeKey

from cityos_runtime.context import ActivityContext, Carried, Context, Tenant
from cityos_runtime.errors import StepFailed
from cityos_runtime.keys import idempotency_key, pass_path
from cityos_runtime.model import Cancel
from cityos_runtime.progress import Ending, Progress
from cityos_runtime.saga import Saga
from cityos_runtime.signals import Contracts, Mailbox, On, Watch

CompensationPolicy = Literal["manual_review", "dead_letter", "alert_and_retry"]
Work: TypeAlias = Callable[[], Awaitable[None]]

CARRIED_LIMIT = 1_500_000
"""Bytes. More than 2 MiB would fail the workflow task for ever; this fails the run instead."""


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What the spec says about a workflow as a whole."""

    type: str
    digest: str = ""
    steps: Sequence[str] = ()
    signals: Contracts = field(default_factory=dict)
    receives: Sequence[tuple[str, str, str]] = ()
    """What reaches it: a signal's name or pattern, a field of its payload, and where the same value is here."""
    within: timedelta | None = None
    entity: str = ""
    compensation: CompensationPolicy = "manual_review"
    outbox: str = ""
    """The task queue of `emitEvent`; empty is the workflow's own."""


@dataclass(frozen=True, eq=False)
class Scope:
    """A block the flow stands in, with what is listened to meanwhile."""

    name: str
    meanwhile: Sequence[Watch] = ()
    path: str = field(default_factory=pass_path)
    """The pass it stands in: concurrent passes each have their own."""

    @property
    def timer_prefix(self) -> str:
        """What the names of its timers begin with."""
        return f"{self.path}:{self.name}/"

    def timer_key(self, watch: Watch, place: int) -> str:
        """The name under which a timer is carried along."""
        return f"{self.timer_prefix}{getattr(watch, 'key', '') or place}"


class Continue(Exception):
    """Continue as new here."""

    def __init__(self, at: str, position: int = 0) -> None:
        super().__init__(at)
        self.at = at
        self.position = position


scopes: ContextVar[tuple[Scope, ...]] = ContextVar("cityos_scopes", default=())


class Core:
    """State of one run that its waits, steps and compensations work on."""

    def __init__(self, facts: Facts, context: Context, carried: Carried | None) -> None:
        self.facts = facts
        self.context = context
        self._resume_at = carried.at if carried else None
        self._resume_position = carried.position if carried else 0
        self.run_number = carried.run if carried else 1
        self._info = workflow.info()
        self._started_at = carried.started_at if carried else self._info.start_time
        self._deadlines = dict(carried.deadlines) if carried else {}
        self._timers = dict(carried.timers) if carried else {}
        self._numbers = dict(carried.numbers) if carried else {}
        self.pivoted = carried.pivoted if carried else False
        self.cancel_requested = carried.cancel_requested if carried else False
        self.saga = Saga.restore(carried.saga if carried else {})
        self.mailbox = Mailbox(facts.signals, carried.mailbox if carried else None)
        self._progress = Progress(facts.steps, self._started_at, carried.progress if carried else {})
        self.ending = Ending("running")
        self._closing = False
        self._serving = False
        self._cancel_listeners = 0

    @property
    def id(self) -> str:
        """The workflow's id."""
        return self._info.workflow_id

    @property
    def run_id(self) -> str:
        """The id of this run."""
        return self._info.run_id

    @property
    def correlation_id(self) -> str:
        """What ties together all that one event set going."""
        return self.context.correlation_id or self.id

    @property
    def tenant(self) -> Tenant:
        """The tenant this runs for."""
        return self.context.tenant

    @property
    def progress(self) -> int:
        """Percent of the steps done."""
        return self._progress.percentage

    def now(self) -> datetime:
        """The workflow's time."""
        return workflow.now()

    def keep_result(self, step: str, result: Any) -> None:
        """Keep a step's result where queries, the last steps and later runs find it, if any of them asks for it."""
        done = getattr(self, "done", None)
        name = snake(step)
        if done is not None and name in type(done).model_fields:
            setattr(done, name, result)

    def fail(self, error_class: str, message: str = "") -> NoReturn:
        """End with an error class; what is registered is undone first. Always raises."""
        raise StepFailed(error_class, message, "known", self._progress.step)

    def status(self, status: str) -> None:
        """One of the workflow's declared statuses, for its query and its search attribute."""
        self._progress.state = status
        self._index("CityStatus", status)

    def resuming(self, name: str) -> bool:
        """Whether this run goes on at that loop or wait, so that what stands before it is already done."""
        return self._resume_at == name

    def resuming_any(self, *names: str) -> bool:
        """Whether this run goes on at one of these."""
        return self._resume_at in names

    def _arrive(self, name: str) -> int:
        """The place to resume at is reached; the passes already done."""
        if self._resume_at != name:
            return 0
        self._resume_at = None
        return self._resume_position

    def _next_number(self, name: str) -> int:
        """How often this was done, over all runs."""
        self._numbers[name] = self._numbers.get(name, 0) + 1
        return self._numbers[name]

    def _key(self, step: str, extra: str = "", *, round_number: int | None = None) -> str:
        first = self._info.first_execution_run_id
        return idempotency_key(self.id, first, step, extra, round_number=round_number)

    def _activity_context(self, step: str, key: str) -> ActivityContext:
        return ActivityContext(
            tenant=self.tenant,
            correlation_id=self.correlation_id,
            causation_id=self.context.causation_id,
            idempotency_key=key,
            workflow_id=self.id,
            step=step,
        )

    def _index(self, name: str, value: str) -> None:
        if self.context.search_attributes:
            workflow.upsert_search_attributes([SearchAttributeKey.for_keyword(name).value_set(value)])

    def _measure(self, name: str, amount: int = 1, **labels: str) -> None:
        meter = workflow.metric_meter()
        counter = meter.create_counter(f"cityos_{name}")
        counter.add(amount, {"workflow": self.facts.type, **labels})

    def _open(self, scope: Scope) -> tuple[Scope, ...]:
        """Enter a scope; what was in force before is for `_close`."""
        before = scopes.get()
        scopes.set((*before, scope))
        self._cancel_listeners += sum(1 for watch in scope.meanwhile if _hears_cancel(watch))
        return before

    def _close(self, scope: Scope, before: tuple[Scope, ...], *, keep_timers: bool = False) -> None:
        scopes.set(before)
        self._cancel_listeners -= sum(1 for watch in scope.meanwhile if _hears_cancel(watch))
        if not keep_timers:
            for key in [key for key in self._timers if key.startswith(scope.timer_prefix)]:
                del self._timers[key]

    def _missed_cancellation(self) -> bool:
        """Whether a cancellation was kept for a block that has ended without a wait at which to take it."""
        here = self._cancel_listeners == 0 and self._resume_at is None
        return here and any(kept.name == Cancel.SIGNAL for kept in self.mailbox.kept)

    def _blocks(self) -> tuple[str, ...]:
        return tuple(scope.name for scope in scopes.get())


def _hears_cancel(watch: Watch) -> bool:
    return isinstance(watch, On) and issubclass(watch.model, Cancel)


def dumped(value: object) -> Any:
    """A model as JSON, anything else as it is."""
    if isinstance(value, BaseModel):
        return value.model_dump(mode="json", by_alias=True)
    if isinstance(value, Mapping):
        return {key: dumped(item) for key, item in value.items()}
    return value


@lru_cache(maxsize=4096)
def snake(step: str) -> str:
    """`awaitKYCApproval` as `await_kyc_approval`, as in generated names."""
    parts: list[str] = []
    for place, letter in enumerate(step):
        before = step[place - 1] if place else ""
        after = step[place + 1 : place + 2]
        if letter.isupper() and before and before != "_" and (not before.isupper() or after.islower()):
            parts.append("_")
        parts.append(letter.lower())
    return "".join(parts).replace(".", "_").replace("-", "_")
