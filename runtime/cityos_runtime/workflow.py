"""`City`: what every generated workflow is a `City` of."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Generic, NoReturn, TypeVar, cast, get_args, get_origin

from pydantic import BaseModel, ValidationError
from temporalio import workflow
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError

from cityos_runtime.branches import Branching
from cityos_runtime.context import Carried, Context
from cityos_runtime.core import CARRIED_LIMIT, Continue, Facts, Scope, Work, dumped
from cityos_runtime.errors import Leave, Next, Return, StepFailed
from cityos_runtime.model import BORDER, Cancel
from cityos_runtime.progress import Ending, Failure, WorkflowStatus
from cityos_runtime.signals import Watch
from cityos_runtime.tasks import Branch, outlast, uninterrupted

InputT = TypeVar("InputT", bound=BaseModel)
StateT = TypeVar("StateT", bound=BaseModel)
ResultT = TypeVar("ResultT")


class City(Branching, Generic[InputT, StateT, ResultT]):
    """A workflow of the city: its flow runs as a saga, is told of signals and answers queries."""

    input: InputT
    state: StateT

    def __init__(self, facts: Facts, input: InputT, context: Context, carried: Carried | None = None) -> None:
        # With fewer arguments than the workflow declares, Temporal hands over plain JSON.
        context = Context.model_validate(context)
        super().__init__(facts, context, carried)
        self._refusal: ApplicationError | None = None
        models = self._models()
        try:
            self.input = cast(InputT, _valid_input(models[0], input, first=carried is None))
            self.state = self.begin() if carried is None else cast(StateT, carried.state_as(models[1]))
        except ApplicationError as refusal:
            self._refusal = refusal  # raised by the flow: a run that can't be made answers no query
            self.input = cast(InputT, models[0].model_construct())
            self.state = cast(StateT, models[1].model_construct())
        self._parked = {}
        self._decisions = {}
        self._unknown = {}
        self._index("CityTenant", context.tenant.id)
        self._index("CityCorrelation", self.correlation_id)
        if facts.entity:
            self._index("CityEntity", str(getattr(self.input, facts.entity, "")))
        self._announce("input", self.input)

    def begin(self) -> StateT:
        """The state at the start."""
        return cast(StateT, self._models()[1]())

    def _models(self) -> tuple[type[BaseModel], ...]:
        """The types of the input, the state and the result."""
        return _type_arguments(type(self))

    async def carry_out(
        self,
        steps: Callable[[], Awaitable[ResultT]],
        *,
        last: Work | None = None,
        meanwhile: Sequence[Watch] = (),
    ) -> ResultT:
        """Run the flow to one of its ends: a result, a failure or a cancellation, undone where it must be;
        `last` comes at the end of each."""
        if self._refusal is not None:
            raise self._refusal
        try:
            result = await self._run_flow(steps, meanwhile)
        except Continue as there:
            await self._continue_as_new(there)
        except StepFailed as error:
            await self._fail(error, last)
        except asyncio.CancelledError:
            await self.undo()
            await self._finish(Ending("cancelled", reason="cancelled"), last)
            raise
        await self._finish(Ending(_status_of(result), result, getattr(result, "reason", None)), last)
        return result

    @property
    def last_result(self) -> Any:
        """What the schedule's previous run gave; None the first time, by hand, and where it no longer fits the type."""
        last = self.context.last_result
        if last is None and workflow.has_last_completion_result():
            last = workflow.get_last_completion_result()
        if last is None:
            return None
        try:
            self._models()[2].model_validate(last)
        except ValidationError:
            return None
        return last

    @workflow.signal(dynamic=True)
    def _receive(self, name: str, args: Sequence[RawValue]) -> None:
        """Every signal, from the first workflow task on."""
        try:
            values = [workflow.payload_converter().from_payload(raw.payload) for raw in args]
        except (ValueError, TypeError, RuntimeError):
            self.mailbox.counts["invalid"] += 1
            return
        payload = values[0] if values else None
        envelope = values[1] if len(values) > 1 and isinstance(values[1], dict) else None
        self.mailbox.receive(name, payload, envelope)

    @workflow.query(name="getWorkflowStatus")
    def get_workflow_status(self) -> WorkflowStatus:
        """Where this workflow stands."""
        progress = self._progress
        return WorkflowStatus(
            workflow_id=self.id,
            workflow_type=self.facts.type,
            current_state=progress.state,
            current_step=progress.reached,
            total_steps=progress.total,
            progress_percentage=progress.percentage,
            started_at=progress.started_at,
            last_activity_at=progress.last_activity_at,
            tenant_id=self.tenant.id,
            error=progress.error,
            step=progress.step,
            undone=self.saga.undone,
            not_undone=self.saga.not_undone,
            parked=list(self._parked),
            signals={**self.mailbox.counts, "kept": len(self.mailbox.kept)},
            cancel_requested=self.cancel_requested,
        )

    async def _run_flow(self, steps: Callable[[], Awaitable[ResultT]], meanwhile: Sequence[Watch]) -> ResultT:
        """The flow has a task of its own, so that a cancellation reaches it only where it is to be obeyed."""

        async def flow() -> ResultT:
            with self._within_scope(Scope("", meanwhile)):
                return await steps()

        branch = Branch(flow)
        timed_out = await self._watch(branch)
        try:
            result: ResultT = branch.task.result()
        except Return as end:
            result = end.value
        except asyncio.CancelledError:
            if timed_out:
                self.fail("TimeoutError", f"not done within {self.facts.within}")
            raise
        except (Leave, Next) as stray:
            raise RuntimeError(f"{stray!r} stands in no block of that name") from stray
        return result

    async def _watch(self, flow: Branch) -> bool:
        """Wait for the flow; pass on a cancellation before the pivot. True when the deadline ended it.

        After the pivot a deadline ends nothing: what is committed is driven to its end, and only reported late.
        """
        end = self._started_at + self.facts.within if self.facts.within else None
        late = timed_out = False
        while not flow.done:
            left = None if late else self._left(end)
            try:
                await workflow.wait_condition(
                    lambda: flow.done or self._missed_cancellation(), timeout=left, timeout_summary="deadline"
                )
                if not flow.done:
                    self.mailbox.drop(Cancel.SIGNAL)
                    self._cancelled(flow)
            except TimeoutError:
                late, timed_out = True, not self.pivoted
                if timed_out:
                    flow.interrupt()
                else:
                    self._overdue()
            except asyncio.CancelledError:
                self._cancelled(flow)
        return timed_out

    def _overdue(self) -> None:
        """Let operators know; a run that goes on as a new one tells them again."""
        self._measure("deadlines_missed")
        workflow.logger.warning("past its deadline, after its pivot", extra={"within": str(self.facts.within)})

    def _cancelled(self, flow: Branch) -> None:
        self.cancel_requested = True
        if self._cancel_listeners:
            self.mailbox.keep(Cancel.SIGNAL, Cancel())
        elif not self.pivoted:
            flow.interrupt()

    async def _fail(self, error: StepFailed, last: Work | None) -> NoReturn:
        self._progress.failed(error, self.now())
        await self.undo()
        failure = Failure(error.error_class, error.message, error.step)
        await self._finish(Ending("failed", reason=error.error_class, error=failure), last)
        raise ApplicationError(
            error.message,
            {"undone": self.saga.undone, "not_undone": self.saga.not_undone, "step": error.step},
            type=error.error_class,
            non_retryable=True,
        ) from error

    async def _finish(self, ending: Ending, last: Work | None) -> None:
        """What comes last on every path. Its failures never fail the run."""
        self.ending = Ending(
            ending.status,
            ending.result,
            ending.reason,
            ending.error,
            list(self.saga.undone),
            list(self.saga.not_undone),
        )
        self._closing = True
        if last is not None:
            try:
                await uninterrupted(lambda: _awaited(last))
            except Exception as error:
                workflow.logger.warning("finally failed", extra={"error": repr(error)})
        self.status(ending.status)
        if self.mailbox.kept:
            self._measure("signals_unclaimed", len(self.mailbox.kept))
        self._measure("workflows_ended", status=ending.status)
        await outlast(workflow.all_handlers_finished)

    async def _continue_as_new(self, there: Continue) -> NoReturn:
        await uninterrupted(self._resolve_unknown)
        await outlast(workflow.all_handlers_finished)
        carried = self._carry(there)
        if len(carried.model_dump_json()) > CARRIED_LIMIT:
            await self._fail(StepFailed("CarriedTooLargeError", "too much to carry along", step=there.at), None)
        workflow.continue_as_new(args=self._next_arguments(carried))

    def _next_arguments(self, carried: Carried) -> list[Any]:
        """What the next run is started with."""
        return [self.input, self.context, carried]

    def _carry(self, there: Continue) -> Carried:
        return Carried(
            at=there.at,
            position=there.position,
            run=self.run_number + 1,
            started_at=self._started_at,
            state=dumped(getattr(self, "state", None)),
            done=dumped(getattr(self, "done", None)),
            deadlines=self._deadlines,
            timers=self._timers,
            numbers=self._numbers,
            pivoted=self.pivoted,
            cancel_requested=self.cancel_requested,
            saga=self.saga.carry(),
            mailbox=self.mailbox.carry(),
            progress=self._progress.carry(),
        )


def _type_arguments(workflow_class: type[City[Any, Any, Any]]) -> tuple[type[BaseModel], ...]:
    """Input, State and Result of `City[Input, State, Result]`."""
    for base in getattr(workflow_class, "__orig_bases__", ()):
        if get_origin(base) is City:
            return cast(tuple[type[BaseModel], ...], get_args(base))
    raise TypeError(f"{workflow_class.__name__} is no City[Input, State, Result]")


def _valid_input(model: type[BaseModel], input: object, *, first: bool) -> BaseModel:
    """The input as its model. One that doesn't fit fails the run at once, instead of its task for ever.

    Bounds are asked of the first run only: a later one goes on with what was once taken. The failure says
    where and what is wrong, and not the values: they may be personal data.
    """
    plain = input.model_dump() if isinstance(input, BaseModel) else input
    try:
        return model.model_validate(plain, context=BORDER if first else None)
    except ValidationError as error:
        wrong = [f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors()]
        message = "the input doesn't fit: " + "; ".join(wrong)
        raise ApplicationError(message, type="InvalidArgumentError", non_retryable=True) from None


async def _awaited(work: Work) -> None:
    await work()


def _status_of(result: object) -> str:
    """A result that has a status of its own says how the run ended."""
    status = getattr(result, "status", None)
    return status if isinstance(status, str) else "completed"
