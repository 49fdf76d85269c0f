"""Scheduled starts: one workflow for each row that an operation returns, or one alone."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Any

from pydantic import Field
from temporalio import workflow
from temporalio.common import Priority, RetryPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import ApplicationError, ChildWorkflowError, WorkflowAlreadyStartedError

from cityos_runtime.context import ActivityContext, Context
from cityos_runtime.dispatch.routes import Again
from cityos_runtime.ids import start_id
from cityos_runtime.model import Model

AT_ONCE = 50
ROWS_AT_MOST = 1000
"""More would outgrow a run's history; such a list is to be cut by the operation that gives it."""

REUSE: dict[Again, WorkflowIDReusePolicy] = {
    "never": WorkflowIDReusePolicy.REJECT_DUPLICATE,
    "after_end": WorkflowIDReusePolicy.ALLOW_DUPLICATE,
}


class Over(Model):
    """The operation whose rows are gone through."""

    operation: str
    task_queue: str
    timeout: float
    """Seconds."""


class Sweep(Model):
    """What a schedule starts."""

    workflow: str
    task_queue: str
    workflow_id: str
    inputs: list[str]
    """The workflow's input fields, which a row's fields fill by name."""
    defaults: dict[str, Any] = Field(default_factory=dict)
    """What stands in its id where a row doesn't say it."""
    tenants: dict[str, dict[str, str]] = Field(default_factory=dict)
    """The profiles that the specs know, for rows that don't tell their tenant's."""
    again: Again = "never"
    """Whether an id may start again once its workflow has ended."""
    over: Over | None = None


class Swept(Model):
    """What became of it; the next sweep hands each workflow what it gave here."""

    results: dict[str, Any] = Field(default_factory=dict)
    failed: dict[str, str] = Field(default_factory=dict)


@workflow.defn(name="SweepWorkflow")
class SweepWorkflow:
    """Start a workflow for each row and wait for all of them: a schedule's overlap is then what it says.

    What a workflow gave in the previous sweep is its `workflow.last_result`.
    """

    @workflow.run
    async def run(self, sweep: Sweep, context: Context) -> Swept:
        """Go through the rows, some at a time."""
        last = workflow.get_last_completion_result(Swept) if workflow.has_last_completion_result() else None
        rows = await self._rows(sweep.over, context) if sweep.over is not None else [{}]
        if len(rows) > ROWS_AT_MOST:
            raise ApplicationError(f"{len(rows)} rows are more than {ROWS_AT_MOST}", type="InvalidArgumentError",
                                   non_retryable=True)  # fmt: skip
        swept = Swept()
        for place in range(0, len(rows), AT_ONCE):
            batch = enumerate(rows[place : place + AT_ONCE], start=place + 1)
            each = (self._one(sweep, number, row, context, last or Swept(), swept) for number, row in batch)
            await asyncio.gather(*each)
        return swept

    async def _rows(self, over: Over, context: Context) -> list[dict[str, Any]]:
        info = workflow.info()
        told = ActivityContext(
            tenant=context.tenant,
            correlation_id=context.correlation_id or info.workflow_id,
            causation_id=context.causation_id,
            idempotency_key=info.run_id,
            workflow_id=info.workflow_id,
            step=over.operation,
        )
        answer: dict[str, Any] = await workflow.execute_activity(
            over.operation,
            args=[{}, told],
            task_queue=over.task_queue,
            start_to_close_timeout=timedelta(seconds=over.timeout),
            retry_policy=RetryPolicy(maximum_attempts=5),
            summary="the rows to go through",
        )
        return list(answer["rows"])

    async def _one(
        self, sweep: Sweep, number: int, row: dict[str, Any], context: Context, last: Swept, swept: Swept
    ) -> None:
        try:
            tenant = context.tenant.of_row(row, sweep.tenants)
        except LookupError as error:
            swept.failed[f"tenant {row['tenant_id']}"] = f"its row was refused: {error.args[0]}"
            return
        given = {name: row[name] for name in sweep.inputs if name in row}
        try:
            name = start_id(sweep.workflow_id, sweep.defaults, given, tenant.id)
        except KeyError as error:
            swept.failed[f"row {number}"] = f"its id needs `{error.args[0]}`, and the row doesn't say it"
            return
        started = context.model_copy(
            update={
                "tenant": tenant,
                "correlation_id": workflow.info().run_id,
                "causation_id": workflow.info().workflow_id,
                "last_result": last.results.get(name),
            }
        )
        try:
            swept.results[name] = await workflow.execute_child_workflow(
                sweep.workflow,
                args=[given, started],
                id=name,
                task_queue=sweep.task_queue,
                id_reuse_policy=REUSE[sweep.again],
                priority=Priority(fairness_key=tenant.id),
            )
        except (ChildWorkflowError, WorkflowAlreadyStartedError) as error:
            swept.failed[name] = str(error.__cause__ or error)
            if name in last.results:
                swept.results[name] = last.results[name]
