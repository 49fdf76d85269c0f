"""Undoing: what the registrations of the saga are run with."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from temporalio import workflow

from cityos_runtime.context import ActivityContext
from cityos_runtime.doing import Doing
from cityos_runtime.errors import StepFailed
from cityos_runtime.model import Model
from cityos_runtime.operation import Call, Operation, Retry
from cityos_runtime.saga import Registration
from cityos_runtime.tasks import stop_if_interrupted, uninterrupted, wait_until

ALERT_ROUNDS = 24
ALERT_INTERVAL = timedelta(hours=1)
OWN_EVENTS_WITHIN = timedelta(hours=1)


class Event(Model):
    """The input of `emitEvent`."""

    event_type: str
    event_id: str
    payload: dict[str, Any]


class Emitted(Model):
    """The answer of `emitEvent`."""


class Undoing(Doing):
    """Compensation, commit and the events that tell of it."""

    async def pivot(self) -> None:
        """Commit: what is registered so far is no longer undone, and a cancellation no longer obeyed."""
        await self._serve_all()
        stop_if_interrupted()
        self.saga.commit()
        self.pivoted = True

    def compensated(self, step: str, call: Call[Any]) -> None:
        """Register one compensation for a whole block, before its first step."""
        operation = call.operation
        context = self._activity_context(step, self._key(step, operation.name))
        self.saga.register(Registration(step, self._blocks(), context, calls=[call]))

    async def undo(self, name: str | None = None) -> None:
        """Undo what is registered, newest first; with a name only that step's or block's."""
        await uninterrupted(lambda: self._undo(name))

    async def emit(self, event: str, payload: dict[str, Any], *, step: str = "", key: str = "") -> None:
        """Put an event into the outbox."""
        await self.do(step or event, self._event(event, payload, key), key=key)

    def _event(self, event: str, payload: dict[str, Any], key: str = "") -> Call[Emitted]:
        operation = Operation(
            "emitEvent",
            system="outbox",
            task_queue=self.facts.outbox or workflow.info().task_queue,
            output=Emitted,
            effect="notify",
            retry=Retry(attempts=0, first=timedelta(seconds=1), max=timedelta(minutes=5)),
        )
        event_id = self._key(event, key or "event")
        return Call(operation, Event(event_type=event, event_id=event_id, payload=payload))

    async def _tell(self, event: str, payload: dict[str, Any]) -> None:
        """An event of the runtime's own; where the outbox is down the flow goes on without it."""
        key = f"own={self._next_number(event)}"
        payload = {"workflow_id": self.id, "tenant_id": self.tenant.id, **payload}
        call = self._event(event, payload, key)
        try:
            context = self._activity_context(event, call.input.model_dump()["event_id"])
            await self._execute(call, context, event, OWN_EVENTS_WITHIN)
        except StepFailed as error:
            workflow.logger.warning("event not emitted", extra={"event": event, "error": error.error_class})

    async def _dead_letter(self, place: str, error: StepFailed, call: Call[Any] | None) -> None:
        entry = {
            "step": place,
            "error": error.error_class,
            "message": error.message,
            "outcome": error.outcome,
        }
        await self._tell("workflow.step_parked", {**entry, "outcome": error.outcome})

    async def _undo(self, name: str | None = None) -> None:
        entries = self.saga.take(name)
        if not entries:
            return
        state, undone, failed = self._progress.state, len(self.saga.undone), len(self.saga.not_undone)
        self._progress.state = "compensating"
        for entry in entries:
            await self._undo_one(entry)
        self._progress.state = state
        report = {"undone": self.saga.undone[undone:], "not_undone": self.saga.not_undone[failed:]}
        if report["undone"] or report["not_undone"]:
            await self._tell("workflow.compensated", report)

    async def _undo_one(self, entry: Registration) -> None:
        try:
            calls = await self._calls_of(entry)
        except StepFailed as error:
            await self._give_up(entry.step, error)
            return
        for call in calls:
            await self._compensate(entry, call)

    async def _calls_of(self, entry: Registration) -> list[Call[Any]]:
        """What there is to undo; where the outcome is unknown, the other system is asked."""
        if entry.calls is None and entry.call is not None:
            if not entry.call.operation.lookup:
                raise StepFailed("OutcomeUnknownError", "no lookup can tell", "unknown", entry.step)
            found = await self._lookup(entry.call, entry.context)
            if found is None:
                return []
            entry.settle(found)
        return entry.calls or []

    async def _compensate(self, entry: Registration, call: Call[Any]) -> None:
        name = call.operation.name
        context = self._compensation_context(entry, name)
        rounds = ALERT_ROUNDS if self.facts.compensation == "alert_and_retry" else 1
        for number in range(1, rounds + 1):
            try:
                await self._execute(call, context, f"undo {entry.step}")
            except StepFailed as error:
                if number == rounds:
                    await self._give_up(name, error)
                    return
                await self._tell("workflow.compensation_retried", {"step": name, "error": error.error_class})
                await self._rest()
            else:
                self.saga.undone.append(name)
                return

    def _compensation_context(self, entry: Registration, name: str) -> ActivityContext:
        # Made from the step's own key, so that it is the same in whichever run the undoing happens.
        key = f"undo-{entry.context.idempotency_key[:30]}-{name}"[:60]
        return entry.context.model_copy(update={"idempotency_key": key, "step": name})

    async def _rest(self) -> None:
        end = self.now() + ALERT_INTERVAL
        while self.now() < end:
            await wait_until(lambda: False, end - self.now(), "until the next try to undo")

    async def _give_up(self, name: str, error: StepFailed) -> None:
        """An operator takes over: `not_undone` and an event say so, under the workflow's policy."""
        self.saga.not_undone.append(name)
        self._measure("compensations_failed", step=name)
        entry = {"step": name, "error": error.error_class, "message": error.message}
        await self._tell("workflow.compensation_failed", {**entry, "policy": self.facts.compensation})

    async def _resolve_unknown(self) -> None:
        """Before continuing as new: find out what is unknown, since a question cannot be carried along."""
        for entry in [entry for entry in self.saga.registered if entry.calls is None]:
            try:
                entry.calls = await self._calls_of(entry)
            except StepFailed as error:
                self.saga.forget(entry)
                await self._give_up(entry.step, error)
            if not entry.calls:
                self.saga.forget(entry)
