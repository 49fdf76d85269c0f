"""Running operations: registering their compensation, retrying, parking."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Generic, Literal, TypeAlias, TypeVar, cast

from pydantic import BaseModel, TypeAdapter
from temporalio import workflow
from temporalio.common import Priority
from temporalio.exceptions import TemporalError, is_cancelled_exception
from temporalio.workflow import ActivityCancellationType, ActivityHandle

from cityos_runtime.context import ActivityContext
from cityos_runtime.errors import StepFailed, step_failure
from cityos_runtime.keys import count_rounds, pass_path
from cityos_runtime.model import SignalModel
from cityos_runtime.operation import Call, Completion, Operation
from cityos_runtime.parking import Parking
from cityos_runtime.saga import Registration, Undo
from cityos_runtime.signals import On
from cityos_runtime.tasks import is_interrupted, outlast, settled, stop_if_interrupted, wait_until

T = TypeVar("T")
OnFailure: TypeAlias = Literal["fail", "park"] | None


@dataclass(frozen=True)
class Options(Generic[T]):
    """What stands beside a step."""

    undo: Undo[T] | None = None
    summary: str | None = None
    within: timedelta | None = None
    key: str = ""


class Doing(Parking):
    """Steps that run an operation."""

    _unknown: dict[str, str]

    async def do(
        self,
        step: str,
        call: Call[T],
        *,
        undo: Undo[Any] | None = None,
        summary: str | None = None,
        within: timedelta | None = None,
        key: str = "",
        status: str | None = None,
        on_failure: OnFailure = None,
        catches: tuple[str, ...] = (),
    ) -> T:
        """Run an operation and return its result, or raise `StepFailed`.

        Without `on_failure` a failure after a pivot parks the step, because nothing would undo what was
        committed; before it, it fails. The error classes in `catches` are always raised.
        """
        if status is not None:
            self.status(status)
        options = Options(undo, summary, within, key)
        tries = 0
        while True:
            try:
                return await self._do_once(step, call, options)
            except StepFailed as error:
                if not self._parks(on_failure) or error.error_class in catches:
                    raise
                decision = await self.park(step, error, call)
                tries += 1
            if decision.action == "skip":
                result: T = TypeAdapter(call.operation.output).validate_python(decision.result)
                self._record(step, result)
                return result
            call = call.with_input(decision.payload) if decision.payload else call
            options = Options(undo, summary, within, f"{key}decision={tries}")

    async def attempt(
        self,
        step: str,
        call: Call[T],
        *,
        undo: Undo[Any] | None = None,
        summary: str | None = None,
        within: timedelta | None = None,
        key: str = "",
        status: str | None = None,
    ) -> T | None:
        """The same where a failure lets the flow go on (`on_failure: continue`): None then."""
        if status is not None:
            self.status(status)
        try:
            return await self._do_once(step, call, Options(undo, summary, within, key))
        except StepFailed as error:
            self.go_on_without(step, error)
            return None

    def go_on_without(self, step: str, error: StepFailed) -> None:
        """Note that a step or group failed and the flow goes on all the same (`on_failure: continue`)."""
        workflow.logger.warning(f"went on without {step}: {error.error_class}")
        self._measure("steps_skipped", step=step)

    def rounds(self, step: str, at_most: int) -> Iterator[int]:
        """The business rounds of a step. A round after an unknown outcome looks up first."""
        return count_rounds(at_most)

    def _parks(self, on_failure: OnFailure) -> bool:
        return not self._closing and (on_failure or ("park" if self.pivoted else "fail")) == "park"

    async def _do_once(self, step: str, call: Call[T], options: Options[T]) -> T:
        stop_if_interrupted()
        self._progress.enter(step, self.now())
        context = self._activity_context(step, self._step_key(step, call.operation, options.key))
        entry = self._register(step, call, context, options.undo)
        try:
            result = await self._lookup_before(step, call, context)
            self._drop_earlier(step, entry, found=result is not None)
            if result is None:
                result = await self._execute(call, context, options.summary, options.within)
            result = await self._completed(step, call, result, context)
        except StepFailed as error:
            self._settle_failure(entry, error, context, call.operation)
            stop_if_interrupted()
            raise
        except asyncio.CancelledError:
            self._settle_unknown(entry)
            raise
        if self._unknown:
            self._unknown.pop(f"{pass_path()}:{step}", None)
        if entry is not None:
            entry.settle(result)
            self.saga.renew(entry)
        self._record(step, result)
        stop_if_interrupted()
        return result

    async def _completed(self, step: str, call: Call[T], result: T, context: ActivityContext) -> T:
        """Wait for the signal that completes an operation, where its first answer isn't final."""
        completes = call.operation.completes
        if completes is None or completes.is_settled(result):
            return result
        self._announce(step, result)
        key = getattr(result, completes.match)

        def ours(signal: SignalModel) -> bool:
            return bool(getattr(signal, completes.match) == key)

        models = {name: cast(type[SignalModel], self.facts.signals[name][0]) for name in completes.signals}
        listening = {name: On(model, where=ours) for name, model in models.items()}
        heard = await self.wait(step, list(listening.values()), lasting=completes.within)
        if heard.timed_out:
            return await self._asked(step, completes, call, result, context)
        name = next(name for name, on in listening.items() if heard.by is on)
        if completes.signals[name]:
            raise StepFailed(completes.signals[name], f"{step}: {name}", "known", step)
        return _final(result, completes)

    async def _asked(self, step: str, completes: Completion, call: Call[T], first: T, context: ActivityContext) -> T:
        """No signal came: the system is asked how things stand, where the spec says by which operation."""
        late = StepFailed("TimeoutError", f"{step} was not completed in time", "unknown", step)
        if completes.ask is None:
            raise late
        asked = completes.ask(call.input, first)
        try:
            answer = await self._execute(asked, context, f"how does {step} stand?")
        except StepFailed as error:
            # Who isn't told how things stand knows no more than before.
            raise _unknown(error) from error
        meaning = completes.statuses.get(getattr(answer, "status", ""))
        if meaning is None:
            raise late
        if meaning:
            raise StepFailed(meaning, f"{step}: {answer.status}", "known", step)
        return cast(T, answer) if completes.takes_its_answer else _final(first, completes)

    def _register(
        self, step: str, call: Call[T], context: ActivityContext, undo: Undo[T] | None
    ) -> Registration | None:
        if undo is None:
            return None
        entry = Registration(step, self._blocks(), context, undo, call)
        self.saga.register(entry)
        return entry

    def _settle_failure(
        self,
        entry: Registration | None,
        error: StepFailed,
        context: ActivityContext,
        operation: Operation[Any],
    ) -> None:
        place = f"{pass_path()}:{error.step}"
        # A refusal now says nothing of an earlier try under the same key that may have happened.
        doubtful = place in self._unknown and not operation.lookup
        if operation.changes and (error.outcome == "unknown" or doubtful):
            self._unknown[place] = context.idempotency_key
            self._settle_unknown(entry)
            return
        self._unknown.pop(place, None)
        if entry is not None:
            self.saga.forget(entry)

    def _settle_unknown(self, entry: Registration | None) -> None:
        if entry is not None:
            entry.settle_unknown()
            self.saga.renew(entry)

    def _doubtful_key(self, step: str) -> str | None:
        """The key of the step's last round in this pass, where nobody knows what came of it."""
        return self._unknown.get(f"{pass_path()}:{step}") if self._unknown else None

    def _step_key(self, step: str, operation: Operation[Any], extra: str) -> str:
        """A new round has a new key, unless the last may have happened and nothing could tell."""
        earlier = self._doubtful_key(step)
        if earlier is not None and not operation.lookup:
            return earlier
        return self._key(step, extra)

    async def _lookup_before(self, step: str, call: Call[T], context: ActivityContext) -> T | None:
        """After an unknown outcome: what the earlier round or decision brought about, if anything."""
        earlier = self._doubtful_key(step)
        if earlier is None or not call.operation.lookup:
            return None
        return await self._lookup(call, context.model_copy(update={"idempotency_key": earlier}))

    def _drop_earlier(self, step: str, current: Registration | None, *, found: bool) -> None:
        """What the earlier round registered is found out by now, or runs again under the same key.

        What was found happened under the earlier key, and is undone under it.
        """
        earlier = self._doubtful_key(step)
        if earlier is None:
            return
        if found and current is not None:
            current.context = current.context.model_copy(update={"idempotency_key": earlier})
        for entry in list(self.saga.registered):
            if entry.context.idempotency_key == earlier and entry is not current:
                self.saga.forget(entry)

    async def _lookup(self, call: Call[T], context: ActivityContext) -> T | None:
        """What an operation of unknown outcome brought about, found by its idempotency key."""
        operation = call.operation
        try:
            found: T | None = await workflow.execute_activity(
                f"{operation.name}.lookup",
                args=[call.input, context],
                task_queue=operation.task_queue,
                result_type=operation.output | None,  # type: ignore[arg-type]  # a union is no type to the SDK
                start_to_close_timeout=operation.timeout,
                retry_policy=operation.retry.policy(),
                summary=f"did {context.step} happen?",
                priority=Priority(fairness_key=self.tenant.id),
            )
        except TemporalError as error:
            self._raise_if_cancelled(error)
            raise _unknown(step_failure(error, context.step)) from error
        return found

    async def _execute(
        self,
        call: Call[T],
        context: ActivityContext,
        summary: str | None = None,
        within: timedelta | None = None,
    ) -> T:
        """One operation with Temporal's retries."""
        operation = call.operation
        # What changes something is waited for when cancelled: its result says what there is to undo.
        on_cancel = (
            ActivityCancellationType.WAIT_CANCELLATION_COMPLETED
            if operation.changes
            else ActivityCancellationType.TRY_CANCEL
        )
        handle: ActivityHandle[T] = workflow.start_activity(
            operation.name,
            args=[call.input, context],
            task_queue=operation.task_queue,
            result_type=operation.output,
            start_to_close_timeout=operation.timeout,
            schedule_to_close_timeout=within,
            retry_policy=operation.retry.policy(),
            summary=summary or operation.summary,
            priority=Priority(fairness_key=self.tenant.id),
            cancellation_type=on_cancel,
        )
        try:
            return await _answer(handle)
        except TemporalError as error:
            self._raise_if_cancelled(error)
            raise step_failure(error, context.step) from error

    def _raise_if_cancelled(self, error: TemporalError) -> None:
        if is_interrupted() and is_cancelled_exception(error):
            raise asyncio.CancelledError from error

    def _record(self, step: str, result: Any) -> None:
        """Keep the result where queries, branches, messages and later runs find it."""
        self._announce(step, result)
        self._progress.leave(step, self.now())
        self.keep_result(step, result)


async def _answer(handle: ActivityHandle[T]) -> T:
    """An activity's answer, also where a cancellation comes in the very moment in which it is there.

    Cancelling the handle then would throw the answer away, and with it what there is to undo at the other
    system. So the handle isn't awaited but watched, and cancelled only once it is sure that no answer came.
    """
    try:
        while not handle.done():
            await wait_until(handle.done)
    except asyncio.CancelledError:
        await settled()
        if not handle.done():
            handle.cancel()
        await outlast(handle.done)
    return handle.result()


def _final(result: T, completes: Completion) -> T:
    """The first answer as it is once the operation is completed."""
    final = {"status": completes.settled[0]} if completes.settled and hasattr(result, "status") else {}
    copied: T = result.model_copy(update=final) if isinstance(result, BaseModel) else result
    return copied


def _unknown(error: StepFailed) -> StepFailed:
    """A lookup or a question that fails leaves the outcome as unknown as it was."""
    return StepFailed(error.error_class, error.message, "unknown", error.step)
