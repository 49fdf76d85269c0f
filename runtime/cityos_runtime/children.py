"""Other workflows: children, and signals to those that run already."""

from __future__ import annotations

import asyncio
from typing import Any, Literal, TypeVar

from pydantic import BaseModel
from temporalio import workflow
from temporalio.common import Priority
from temporalio.exceptions import TemporalError, is_cancelled_exception
from temporalio.workflow import ChildWorkflowCancellationType, ParentClosePolicy

from cityos_runtime.core import dumped
from cityos_runtime.errors import StepFailed, step_failure
from cityos_runtime.tasks import is_interrupted, stop_if_interrupted
from cityos_runtime.undoing import Undoing

ModelT = TypeVar("ModelT", bound=BaseModel)


class Children(Undoing):
    """Steps that talk to other workflows."""

    async def call(
        self,
        step: str,
        workflow_type: str,
        input: BaseModel,
        *,
        workflow_id: str,
        result: type[ModelT],
        task_queue: str | None = None,
        summary: str | None = None,
    ) -> ModelT:
        """Run a child workflow and wait for its result. Cancelled, it undoes its own work first."""
        stop_if_interrupted()
        self._progress.enter(step, self.now())
        try:
            answer: ModelT = await workflow.execute_child_workflow(
                workflow_type,
                args=[input, self.context.caused_by(self.id), None],
                id=workflow_id,
                task_queue=task_queue,
                result_type=result,
                cancellation_type=ChildWorkflowCancellationType.WAIT_CANCELLATION_COMPLETED,
                # Terminating it would leave its work half done.
                parent_close_policy=ParentClosePolicy.REQUEST_CANCEL,
                static_summary=summary,
                priority=Priority(fairness_key=self.tenant.id),
            )
        except TemporalError as error:
            raise self._child_failure(error, step) from error
        self._record(step, answer)
        stop_if_interrupted()
        return answer

    async def start(
        self,
        step: str,
        workflow_type: str,
        input: BaseModel,
        *,
        workflow_id: str,
        task_queue: str | None = None,
        summary: str | None = None,
    ) -> str:
        """Start a workflow that goes its own way, and return its id."""
        stop_if_interrupted()
        self._progress.enter(step, self.now())
        try:
            await workflow.start_child_workflow(
                workflow_type,
                args=[input, self.context.caused_by(self.id), None],
                id=workflow_id,
                task_queue=task_queue,
                parent_close_policy=ParentClosePolicy.ABANDON,
                static_summary=summary,
                priority=Priority(fairness_key=self.tenant.id),
            )
        except TemporalError as error:
            raise self._child_failure(error, step) from error
        self._progress.leave(step, self.now())
        return workflow_id

    async def signal_other(
        self,
        step: str,
        workflow_id: str,
        name: str,
        payload: BaseModel | dict[str, Any],
        *,
        missing: Literal["ignore", "fail"] = "fail",
    ) -> bool:
        """Signal another workflow; False when there is none and that doesn't matter."""
        stop_if_interrupted()
        self._progress.enter(step, self.now())
        envelope = {
            "event_id": self._key(step, name),
            "correlation_id": self.correlation_id,
            "causation_id": self.id,
        }
        handle = workflow.get_external_workflow_handle(workflow_id)
        try:
            await handle.signal(name, args=[dumped(payload), envelope])
        except TemporalError as error:
            if missing == "fail":
                raise StepFailed("WorkflowNotFoundError", str(error), "known", step) from error
            self._progress.leave(step, self.now())
            return False
        self._progress.leave(step, self.now())
        return True

    def _child_failure(self, error: TemporalError, step: str) -> BaseException:
        if is_interrupted() and is_cancelled_exception(error):
            return asyncio.CancelledError()
        return step_failure(error, step)
