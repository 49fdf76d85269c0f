"""Any workflow by its definition, on Temporal: one workflow type that stays with the definition it was started with."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta
from typing import Any

from pydantic import BaseModel
from temporalio import activity, workflow
from temporalio.common import Priority, RawValue, RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError

from cityos_dsl.expr.parse import parse
from cityos_runtime.context import Carried, Context
from cityos_runtime.interpreter.city import InterpretedCity
from cityos_runtime.interpreter.definition import Definition, load
from cityos_runtime.interpreter.store import DefinitionError, DefinitionStore
from cityos_runtime.parking import Decision
from cityos_runtime.progress import WorkflowStatus

DYNAMIC_QUEUE = "cityos-dynamic-queue"
"""The queue of workflows whose own queue no worker of compiled workflows serves (architecture §10.2)."""
DYNAMIC_TYPE = "DynamicWorkflow"
FETCH = "fetchDefinition"

parse("0")  # the parser is made here, outside of any workflow


class Reference(BaseModel):
    """Which definition a run follows. Workflows that it starts and that are named here follow theirs."""

    workflow: str
    digest: str
    children: dict[str, str] = {}
    """Digests by workflow; one that isn't named is started as it was compiled."""

    def to(self, workflow: str) -> Reference | None:
        """What a workflow that it starts follows; None where that one is compiled."""
        digest = self.children.get(workflow)
        return self.model_copy(update={"workflow": workflow, "digest": digest}) if digest is not None else None


def started_as(workflow: str, arguments: list[Any], reference: Reference | None) -> tuple[str, list[Any]]:
    """The type and the arguments with which a workflow is started: as it was compiled, or by a definition."""
    return (workflow, arguments) if reference is None else (DYNAMIC_TYPE, [reference, *arguments])


class DynamicRun(InterpretedCity):
    """A run that goes on with the same definition when it continues as new."""

    reference: Reference

    def _next_arguments(self, carried: Carried) -> list[Any]:
        return [self.reference, *super()._next_arguments(carried)]

    def _started_as(self, workflow_type: str, input: BaseModel) -> tuple[str, list[Any]]:
        kind, arguments = super()._started_as(workflow_type, input)
        return started_as(kind, arguments, self.reference.to(workflow_type))


@workflow.defn(name=DYNAMIC_TYPE)
class DynamicWorkflow:
    """A workflow that is interpreted: it fetches its definition first, and what comes meanwhile is kept for it."""

    @workflow.init
    def __init__(
        self, reference: Reference, input: dict[str, Any], context: Context, carried: Carried | None = None
    ) -> None:
        # With fewer arguments than declared, Temporal hands over plain JSON.
        self._reference = Reference.model_validate(reference)
        self._run: DynamicRun | None = None
        self._early: list[tuple[str, Sequence[RawValue]]] = []
        self._cancelled = False
        self._context = Context.model_validate(context)

    @workflow.run
    async def run(
        self, reference: Reference, input: dict[str, Any], context: Context, carried: Carried | None = None
    ) -> Any:
        """Fetch the definition, then run it to its end."""
        definition = await self._definition()
        run = DynamicRun(definition, input, context, Carried.model_validate(carried) if carried is not None else None)
        run.reference = self._reference
        for name, args in self._early:
            run._receive(name, args)
        self._run = run
        if self._cancelled and (task := asyncio.current_task()) is not None:
            task.cancel()  # it came while the definition was on its way: the run hears of it at its first wait
        return await run.run()

    @workflow.signal(dynamic=True)
    def receive(self, name: str, args: Sequence[RawValue]) -> None:
        """Every signal, from the first workflow task on, in order."""
        if self._run is None:
            self._early.append((name, args))
        else:
            self._run._receive(name, args)

    @workflow.query(name="getWorkflowStatus")
    def get_workflow_status(self) -> WorkflowStatus:
        """Where this workflow stands; while its definition is on its way, at its beginning."""
        if self._run is not None:
            return self._run.get_workflow_status()
        started_at = workflow.info().start_time
        return WorkflowStatus(
            workflow_id=workflow.info().workflow_id,
            workflow_type=self._reference.workflow,
            current_state="running",
            current_step=0,
            total_steps=0,
            progress_percentage=0,
            started_at=started_at,
            last_activity_at=started_at,
            tenant_id=self._context.tenant.id,
            signals={"kept": len(self._early)},
            cancel_requested=self._cancelled,
        )

    @workflow.query(dynamic=True)
    def answer(self, name: str, args: Sequence[RawValue]) -> dict[str, Any]:
        """The queries of its definition."""
        return self._known().answer(name)

    @workflow.update(name="decide")
    async def decide(self, decision: Decision) -> str:
        """An operator's decision on a parked step."""
        return self._known().take_decision(decision)

    @decide.validator
    def _check_decision(self, decision: Decision) -> None:
        self._known()._check_decision(decision)

    def _known(self) -> DynamicRun:
        if self._run is None:
            raise ApplicationError("the definition is still on its way", type="NotLoadedError")
        return self._run

    async def _definition(self) -> Definition:
        """The definition, as it was recorded when the run began; a cancellation meanwhile is kept for the run."""
        reference = self._reference
        fetched = workflow.start_activity(
            FETCH,
            reference,
            result_type=dict[str, Any],
            start_to_close_timeout=timedelta(seconds=30),
            retry_policy=RetryPolicy(maximum_interval=timedelta(minutes=1)),
            summary=f"the definition of {reference.workflow}",
            priority=Priority(fairness_key=self._context.tenant.id),
        )
        while not fetched.done():
            try:
                await workflow.wait_condition(fetched.done)
            except asyncio.CancelledError:
                self._cancelled = True
        try:
            # Reading it parses and builds models: nothing of that depends on when or where it is done.
            with workflow.unsafe.sandbox_unrestricted(), workflow.unsafe.imports_passed_through():
                definition = load(fetched.result(), reference.digest)
            if definition.facts.type != reference.workflow:
                raise DefinitionError(f"{reference.digest} defines {definition.facts.type}, not {reference.workflow}")
        except ActivityError as error:
            raise error.cause or error from None
        except DefinitionError as error:
            raise refusal(error) from None
        return definition


def fetching(store: DefinitionStore) -> Callable[[Reference], Awaitable[dict[str, Any]]]:
    """The activity that fetches a definition from a store."""

    @activity.defn(name=FETCH)
    async def fetch(reference: Reference) -> dict[str, Any]:
        try:
            document = await asyncio.to_thread(store.get, reference.digest)
            await asyncio.to_thread(load, document, reference.digest)  # here it keeps no workflow task waiting
            return document
        except DefinitionError as error:
            raise refusal(error) from None

    return fetch


def refusal(error: DefinitionError) -> ApplicationError:
    """A definition that can't be followed fails the run at once: no retry would find another one."""
    return ApplicationError(str(error), type="DefinitionError", non_retryable=True)
