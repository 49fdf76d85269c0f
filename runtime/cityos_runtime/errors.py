"""What can end a step, and what the flow raises to move on."""

from __future__ import annotations

from typing import Any, Literal

from temporalio.exceptions import (
    ActivityError,
    ApplicationError,
    ChildWorkflowError,
    FailureError,
    TemporalError,
    TimeoutError,
    TimeoutType,
    is_cancelled_exception,
)

Outcome = Literal["known", "unknown"]


class StepFailed(Exception):
    """A step that failed after its retries, with the error class the specs know it by.

    `outcome` says whether it is known that nothing happened in the other system.
    """

    def __init__(self, error_class: str, message: str, outcome: Outcome = "known", step: str = "") -> None:
        super().__init__(message)
        self.error_class = error_class
        self.message = message
        self.outcome = outcome
        self.step = step

    @property
    def name(self) -> str:
        """The error class, as expressions ask for it: `error.name`."""
        return self.error_class

    def is_a(self, *error_classes: str) -> bool:
        """Whether this failure is of one of these error classes."""
        return self.error_class in error_classes


class Leave(Exception):
    """Out of the block, loop or wait of this name."""

    def __init__(self, block: str) -> None:
        super().__init__(block)
        self.block = block


class Next(Exception):
    """On with the next pass of the loop of this name."""

    def __init__(self, loop: str) -> None:
        super().__init__(loop)
        self.loop = loop


class Return(Exception):
    """End the workflow with this result, from wherever it stands."""

    def __init__(self, value: Any) -> None:
        super().__init__("return")
        self.value = value


def step_failure(error: TemporalError, step: str) -> StepFailed:
    """The failure of a step as the specs see it, from what Temporal raised."""
    cause = error.cause if isinstance(error, ActivityError | ChildWorkflowError) else error
    if isinstance(cause, ApplicationError):
        return StepFailed(cause.type or "ApplicationError", cause.message, _outcome(cause), step)
    if isinstance(cause, TimeoutError):
        # Never picked up by a worker: nothing can have happened.
        outcome: Outcome = "known" if cause.type is TimeoutType.SCHEDULE_TO_START else "unknown"
        return StepFailed("TimeoutError", cause.message, outcome, step)
    if is_cancelled_exception(error):
        return StepFailed("CancelledError", "cancelled", "unknown", step)
    message = cause.message if isinstance(cause, FailureError) else str(cause or error)
    return StepFailed(type(cause or error).__name__, message, "unknown", step)


def _outcome(error: ApplicationError) -> Outcome:
    """What the adapter says about the outcome; an error that says nothing may have happened."""
    for detail in error.details:
        if isinstance(detail, dict) and detail.get("outcome") == "known":
            return "known"
    return "unknown"
