"""Parked steps: a dead-letter entry, and an operator's decision on it."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import BaseModel, TypeAdapter, ValidationError
from temporalio import workflow
from temporalio.exceptions import ApplicationError

from cityos_runtime.errors import StepFailed
from cityos_runtime.operation import Call
from cityos_runtime.tasks import stop_if_interrupted
from cityos_runtime.waiting import Waiting


class Decision(BaseModel):
    """What an operator decides about a parked step."""

    step: str
    action: Literal["retry", "skip", "fail"]
    payload: dict[str, Any] | None = None
    """Inputs to change for the retry."""
    result: Any = None
    """What the step answers when it is skipped."""
    by: str = ""
    reason: str = ""


class Parking(Waiting):
    """Steps that wait for an operator."""

    _parked: dict[str, Call[Any] | None]
    _decisions: dict[str, Decision]

    async def park(self, step: str, error: StepFailed, call: Call[Any] | None = None) -> Decision:
        """Leave a dead-letter entry and wait for the decision. What is listened to meanwhile is served."""
        stop_if_interrupted()
        state = self._progress.state
        place = self._free_place(step)
        self._parked[place] = call
        self.status("parked")
        self._measure("steps_parked", step=step)
        await self._dead_letter(place, error, call)
        try:
            await self.wait(step, when=lambda: place in self._decisions)
            decision = self._decisions.pop(place)
        finally:
            del self._parked[place]
            self.status(state)
        workflow.logger.info("decided", extra={"step": step, "action": decision.action, "by": decision.by})
        if decision.action == "fail":
            raise StepFailed(error.error_class, decision.reason or error.message, error.outcome, step)
        return decision

    @workflow.update(name="decide")
    async def decide(self, decision: Decision) -> str:
        """An operator's decision on a parked step."""
        return self.take_decision(decision)

    def take_decision(self, decision: Decision) -> str:
        """Let the parked step know what was decided."""
        self._decisions[decision.step] = decision
        return decision.action

    @decide.validator
    def _check_decision(self, decision: Decision) -> None:
        """Refuse what doesn't fit, so that the operator is told at once."""
        if decision.step not in self._parked or decision.step in self._decisions:
            parked = ", ".join(self._parked) or "nothing"
            raise ApplicationError(f"{decision.step} is not parked; parked: {parked}", type="NotParkedError")
        call = self._parked[decision.step]
        if call is None:
            return
        try:
            if decision.action == "skip":
                TypeAdapter(call.operation.output).validate_python(decision.result)
            elif decision.action == "retry" and decision.payload:
                call.with_input(decision.payload)
        except ValidationError as error:
            raise ApplicationError(str(error), type="ValidationError") from error

    async def _dead_letter(self, place: str, error: StepFailed, call: Call[Any] | None) -> None:
        """Tell the outside; the parts above know how."""
        raise NotImplementedError

    def _free_place(self, step: str) -> str:
        """The name to decide under: in concurrent branches one step may be parked several times."""
        place, number = step, 1
        while place in self._parked:
            number += 1
            place = f"{step}#{number}"
        return place
