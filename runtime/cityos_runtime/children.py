"""Other workflows: children, and signals to those that run already."""

from __future__ import annotations

import asyncio
from typing import Any, Literal, TypeVar

from pydantic import BaseModel
from temporalio import workflow
from temporalio.common import Priority
from temporalio.exceptions import TemporalError, WorkflowAlreadyStartedError, is_cancelled_exception
from temporalio.workflow import ChildWorkflowCancellationType, ParentClosePolicy

from cityos_runtime.core import dumped
from cityos_runtime.errors import StepFailed, step_failure
from cityos_runtime.ids import filled
from cityos_runtime.model import Model
from cityos_runtime.tasks import is_interrupted, stop_if_interrupted
from cityos_runtime.undoing import Undoing

ModelT = TypeVar("ModelT", bound=BaseModel)


class Sent(Model):
    """What became of a signal to another workflow."""

    delivered: bool


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
        """Run a child workflow and wait for its result. Cancelled, it undoes its own work first.

        Its id is the pattern `workflow_id`, filled from its input.
        """
        stop_if_interrupted()
        self._progress.enter(step, self.now())
        kind, arguments = self._started_as(workflow_type, input)
        try:
            answer: ModelT = await workflow.execute_child_workflow(
                kind,
                args=arguments,
                id=self.id_of(workflow_id, **dumped(input)),
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
        """Start a workflow that goes its own way, and return its id; one that runs already is left to run."""
        stop_if_interrupted()
        self._progress.enter(step, self.now())
        started = self.id_of(workflow_id, **dumped(input))
        kind, arguments = self._started_as(workflow_type, input)
        try:
            await workflow.start_child_workflow(
                kind,
                args=arguments,
                id=started,
                task_queue=task_queue,
                parent_close_policy=ParentClosePolicy.ABANDON,
                static_summary=summary,
                priority=Priority(fairness_key=self.tenant.id),
            )
        except WorkflowAlreadyStartedError:
            workflow.logger.info("runs already", extra={"step": step, "started": started})
        except TemporalError as error:
            raise self._child_failure(error, step) from error
        self._progress.leave(step, self.now())
        return started

    def _started_as(self, workflow_type: str, input: BaseModel) -> tuple[str, list[Any]]:
        """The type and the arguments with which another workflow is started: as it was compiled."""
        return workflow_type, [input, self.context.caused_by(self.id), None]

    def id_of(self, pattern: str, **values: Any) -> str:
        """A workflow's id from its pattern; the tenant is this workflow's own, whatever the values say."""
        return filled(pattern, {**values, "tenant_id": self.tenant.id})

    async def signal_other(
        self,
        step: str,
        workflow_id: str,
        name: str,
        payload: BaseModel | dict[str, Any],
        *,
        missing: Literal["ignore", "fail"] = "fail",
    ) -> Sent:
        """Signal another workflow; not delivered where there is none and that doesn't matter."""
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
            sent = Sent(delivered=False)
        else:
            sent = Sent(delivered=True)
        self._record(step, sent)
        return sent

    def _child_failure(self, error: TemporalError, step: str) -> BaseException:
        if is_interrupted() and is_cancelled_exception(error):
            return asyncio.CancelledError()
        return step_failure(error, step)
