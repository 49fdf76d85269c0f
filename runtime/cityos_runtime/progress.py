"""What a workflow says about itself: its status query, its search attributes, how it ended."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pydantic import BaseModel

from cityos_runtime.errors import StepFailed


class StatusError(BaseModel):
    """The failure a status query shows."""

    code: str
    message: str
    occurred_at: datetime


class WorkflowStatus(BaseModel):
    """The answer of `getWorkflowStatus`, the same in every workflow."""

    workflow_id: str
    workflow_type: str
    current_state: str
    current_step: int
    total_steps: int
    progress_percentage: int
    started_at: datetime
    last_activity_at: datetime
    tenant_id: str
    error: StatusError | None = None
    step: str = ""
    undone: list[str] = []
    not_undone: list[str] = []
    parked: list[str] = []
    signals: dict[str, int] = {}
    cancel_requested: bool = False


@dataclass(frozen=True)
class Failure:
    """Why a run failed, for `finally` and for notices."""

    code: str
    message: str
    step: str = ""


@dataclass(frozen=True)
class Ending:
    """How a run ended, as `finally` sees it."""

    status: str
    result: Any = None
    reason: str | None = None
    error: Failure | None = None
    undone: list[str] = field(default_factory=list)
    not_undone: list[str] = field(default_factory=list)


class Progress:
    """Where a workflow stands."""

    def __init__(self, steps: Sequence[str], started_at: datetime, carried: dict[str, Any]) -> None:
        self._places = {step: number for number, step in enumerate(steps, start=1)}
        self.started_at = started_at
        self.last_activity_at = started_at
        self.state: str = carried.get("state", "running")
        self.step: str = carried.get("step", "")
        self.reached: int = carried.get("reached", 0)
        self.error: StatusError | None = None

    @property
    def total(self) -> int:
        """The number of steps the workflow has."""
        return len(self._places)

    @property
    def percentage(self) -> int:
        """How far the flow has come, by its furthest step."""
        if self.state == "completed" or not self.total:
            return 100
        return 100 * self.reached // self.total

    def enter(self, step: str, now: datetime) -> None:
        """A step begins."""
        self.step = step
        self.last_activity_at = now
        self.reached = max(self.reached, self._places.get(step, 0) - 1)

    def leave(self, step: str, now: datetime) -> None:
        """A step is done."""
        self.last_activity_at = now
        self.reached = max(self.reached, self._places.get(step, 0))

    def failed(self, error: StepFailed, now: datetime) -> None:
        """The run failed with this."""
        self.error = StatusError(code=error.error_class, message=error.message, occurred_at=now)

    def carry(self) -> dict[str, Any]:
        """What the next run needs, as JSON."""
        return {"state": self.state, "step": self.step, "reached": self.reached}
