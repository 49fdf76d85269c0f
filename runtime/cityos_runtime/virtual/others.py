"""Other workflows: children, and signals to those that run already."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from temporalio.exceptions import CancelledError, ChildWorkflowError

if TYPE_CHECKING:
    from cityos_runtime.virtual.run import Run


class Child:
    """A child as its parent's world sees it."""

    def __init__(self, parent: Run, workflow: str, workflow_id: str) -> None:
        self.parent = parent
        self.workflow = workflow
        self.workflow_id = workflow_id
        self.result: asyncio.Future[Any] = parent.loop.create_future()
        self.stop: Callable[[], None] = lambda: None

    def cancel(self) -> None:
        """Ask it to stop; it undoes its own work first."""
        self.stop()

    def ended(self, run: Run) -> None:
        """Its end, for the parent."""
        while run.carried_on is not None:
            run = run.carried_on
        if run.status == "stuck":
            return  # a child that can't go on never ends
        if run.failure is None:
            self.answer(run.result)
        else:
            self.fail(run.failure)

    def answer(self, result: Any) -> None:
        """It gave this."""
        self._settle(lambda: self.result.set_result(result))

    def fail(self, cause: BaseException) -> None:
        """It failed."""
        error = ChildWorkflowError(
            "Child Workflow execution failed" if not isinstance(cause, CancelledError) else "Child Workflow cancelled",
            namespace="default",
            workflow_id=self.workflow_id,
            run_id="",
            workflow_type=self.workflow,
            initiated_event_id=0,
            started_event_id=0,
            retry_state=None,
        )
        error.__cause__ = cause
        self._settle(lambda: self.result.set_exception(error))

    def _settle(self, how: Callable[[], None]) -> None:
        clock = self.parent.clock

        def tell() -> None:
            if not self.result.done() and not self.parent.is_over:
                how()
                self.parent.turn()

        clock.at(clock.now, tell)
