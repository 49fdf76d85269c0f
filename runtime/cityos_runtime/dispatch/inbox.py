"""The inbox: one small workflow for each message, which waits until somebody takes it."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from typing import Literal

from temporalio import workflow
from temporalio.common import Priority, RetryPolicy, SearchAttributeKey, WorkflowIDReusePolicy
from temporalio.exceptions import TemporalError, WorkflowAlreadyStartedError
from temporalio.workflow import ParentClosePolicy

from cityos_runtime.context import Context
from cityos_runtime.dispatch.messages import Delivery, Message, Routed, StartRequest
from cityos_runtime.model import Model

FIRST_PAUSE = timedelta(seconds=1)
LONGEST_PAUSE = timedelta(hours=1)
KEPT_FOR = timedelta(hours=72)
"""How long a message waits for its workflow before it is dead."""


class Decision(Model):
    """What an operator says about a dead message."""

    action: Literal["retry", "drop"]


class InboxState(Model):
    """What the inbox answers when it is asked."""

    status: str
    name: str
    reason: str = ""
    attempts: int = 0


@workflow.defn(name="InboxWorkflow")
class InboxWorkflow:
    """Takes one message to the workflows that it is for, and starts those that it starts.

    Its id is made of the tenant and the event's id, so that the same event twice counts once. A signal that
    nobody takes is tried again at growing distances, and after three days is a dead letter: it waits for an
    operator's decision (the update `decide`).
    """

    @workflow.init
    def __init__(self, message: Message, context: Context) -> None:
        self.message = message
        self.context = context
        self.delivery = Delivery(status="waiting")
        self.reason = ""
        self.attempts = 0
        self._waiting_to_start: list[StartRequest] = []
        self._is_started = False
        self._decision: Decision | None = None

    @workflow.run
    async def run(self, message: Message, context: Context) -> Delivery:
        """Deliver the message; the result says to whom."""
        self._index("CityTenant", context.tenant.id)
        self._index("CityEntity", message.name)
        while not await self._delivered_in_time():
            self._show("dead_letter")
            workflow.logger.error("dead letter", extra={"event": message.name, "reason": self.reason})
            await workflow.wait_condition(lambda: self._decision is not None)
            decision, self._decision = self._decision, None
            if decision is not None and decision.action == "drop":
                self._show("dropped")
                break
        await workflow.wait_condition(workflow.all_handlers_finished)
        return self.delivery

    @workflow.update
    def decide(self, decision: Decision) -> None:
        """What is to become of a dead message."""
        self._decision = decision

    @decide.validator
    def _may_decide(self, decision: Decision) -> None:
        if self.delivery.status != "dead_letter":
            raise ValueError(f"{self.message.name} is {self.delivery.status}: there is nothing to decide")

    @workflow.query(name="getInboxState")
    def state(self) -> InboxState:
        """Where the message stands."""
        return InboxState(
            status=self.delivery.status, name=self.message.name, reason=self.reason, attempts=self.attempts
        )

    async def _delivered_in_time(self) -> bool:
        end, pause = workflow.now() + KEPT_FOR, FIRST_PAUSE
        self._show("waiting")
        while True:
            if await self._try():
                return True
            if self.reason or workflow.now() >= end:
                self.reason = self.reason or "no running workflow takes it"
                return False
            await asyncio.sleep(min(pause, end - workflow.now()).total_seconds())
            pause = min(pause * 2, LONGEST_PAUSE)

    async def _try(self) -> bool:
        """One attempt; True when nothing is left to do."""
        self.attempts += 1
        routed = await self._route()
        self.reason = routed.refused
        if routed.refused:
            return False
        if not self._is_started:
            self._waiting_to_start, self._is_started = routed.starts, True
        self._waiting_to_start = [each for each in self._waiting_to_start if not await self._start(each)]
        for taker in routed.takers:
            if taker not in self.delivery.delivered_to and await self._signal(taker):
                self.delivery.delivered_to.append(taker)
        taken = self.delivery.delivered_to or self.delivery.started or self.delivery.not_started
        if self._waiting_to_start or (routed.is_signal and not taken):
            return False
        self._show("delivered" if taken else "nobody")
        return True

    async def _route(self) -> Routed:
        routed: Routed = await workflow.execute_activity(
            "routeMessage",
            args=[self.message, self.context],
            result_type=Routed,
            start_to_close_timeout=timedelta(seconds=30),
            retry_policy=RetryPolicy(maximum_interval=timedelta(minutes=1)),
            summary=f"who takes {self.message.name}?",
            priority=Priority(fairness_key=self.context.tenant.id),
        )
        return routed

    async def _start(self, request: StartRequest) -> bool:
        """Start a workflow; False where one is to be waited for."""
        reuse = WorkflowIDReusePolicy.REJECT_DUPLICATE
        if request.again == "after_end":
            reuse = WorkflowIDReusePolicy.ALLOW_DUPLICATE
        try:
            await workflow.start_child_workflow(
                request.workflow,
                args=[request.input, self.context.caused_by(workflow.info().workflow_id)],
                id=request.workflow_id,
                task_queue=request.task_queue,
                id_reuse_policy=reuse,
                parent_close_policy=ParentClosePolicy.ABANDON,
                priority=Priority(fairness_key=self.context.tenant.id),
            )
        except WorkflowAlreadyStartedError:
            return await self._already(request)
        self.delivery.started.append(request.workflow_id)
        return True

    async def _already(self, request: StartRequest) -> bool:
        """What a second start means, as the workflow's `again:` and `while_running:` say."""
        if request.while_running == "queue" and request.again == "after_end":
            return False
        if request.while_running == "signal" and await self._signal(request.workflow_id):
            self.delivery.delivered_to.append(request.workflow_id)
            return True
        self.delivery.not_started.append(request.workflow_id)
        return True

    async def _signal(self, taker: str) -> bool:
        envelope = {
            "event_id": self.message.event_id,
            "correlation_id": self.context.correlation_id,
            "causation_id": workflow.info().workflow_id,
        }
        try:
            handle = workflow.get_external_workflow_handle(taker)
            await handle.signal(self.message.name, args=[self.message.payload, envelope])
        except TemporalError:  # it has ended, or never was
            return False
        return True

    def _show(self, status: str) -> None:
        self.delivery.status = status
        self._index("CityStatus", status)

    def _index(self, name: str, value: str) -> None:
        if self.context.search_attributes:
            workflow.upsert_search_attributes([SearchAttributeKey.for_keyword(name).value_set(value)])
