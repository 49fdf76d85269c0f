"""The smallest workflow around one activity."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from temporalio import workflow
from temporalio.common import RetryPolicy
from temporalio.exceptions import ActivityError, ApplicationError

with workflow.unsafe.imports_passed_through():
    from cityos_runtime.context import ActivityContext, Tenant


@workflow.defn
class Errand:
    """Runs one activity and says what came of it."""

    @workflow.run
    async def run(self, name: str, input: dict[str, Any], tenant: str, attempts: int) -> dict[str, Any]:
        """Its result, or its error with the details."""
        info = workflow.info()
        context = ActivityContext(
            tenant=Tenant(id=tenant),
            correlation_id="c_1",
            causation_id="",
            idempotency_key=info.workflow_id,
            workflow_id=info.workflow_id,
            step=name,
        )
        retry = RetryPolicy(initial_interval=timedelta(seconds=30), maximum_attempts=attempts)
        try:
            result = await workflow.execute_activity(
                name, args=[input, context], start_to_close_timeout=timedelta(minutes=1), retry_policy=retry
            )
        except ActivityError as error:
            cause = error.cause
            assert isinstance(cause, ApplicationError)
            return {"error": cause.type, **cause.details[0]}
        return {"result": result}
