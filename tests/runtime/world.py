"""The systems of the city as one scripted activity, and a worker over them."""

from __future__ import annotations

import asyncio
import itertools
from collections import defaultdict
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from uuid import uuid4

from cityos_runtime import Context, Tenant
from pydantic import BaseModel
from temporalio import activity
from temporalio.client import WorkflowHandle
from temporalio.common import RawValue
from temporalio.exceptions import ApplicationError
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from tests.runtime.catalogue import QUEUE
from tests.runtime.families import FAMILY
from tests.runtime.flows import WORKFLOWS

PASSED_THROUGH = SandboxRestrictions.default.with_passthrough_modules("cityos_runtime", "cityos_dsl")
ANSWERS: dict[str, Any] = {
    "reserveInventory": {"reservation_id": "res_1"},
    "capturePayment": {"payment_id": "pay_1"},
}


def refused(error_class: str, outcome: str = "known", *, retryable: bool = False) -> ApplicationError:
    """An error as an adapter raises it."""
    return ApplicationError(error_class, {"outcome": outcome}, type=error_class, non_retryable=not retryable)


@dataclass
class Called:
    """One call that reached a system."""

    operation: str
    step: str
    key: str
    input: dict[str, Any]


@dataclass
class World:
    """What the systems answer, and what they were asked."""

    environment: WorkflowEnvironment
    script: dict[str, list[Any]] = field(default_factory=lambda: defaultdict(list))
    calls: list[Called] = field(default_factory=list)
    started: asyncio.Event = field(default_factory=asyncio.Event)
    gate: asyncio.Event = field(default_factory=asyncio.Event)

    def answers(self, operation: str, *answers: Any) -> None:
        """What an operation answers call by call; afterwards its usual answer."""
        self.script[operation].extend(answers)

    def ran(self) -> list[str]:
        """The operations called, without events."""
        return [call.operation for call in self.calls if call.operation != "emitEvent"]

    def events(self) -> list[str]:
        """The types of the events emitted."""
        return [call.input["event_type"] for call in self.calls if call.operation == "emitEvent"]

    def keys(self, operation: str) -> list[str]:
        """The idempotency keys an operation was called with."""
        return [call.key for call in self.calls if call.operation == operation]

    async def answer(self, args: Sequence[RawValue]) -> Any:
        """Any activity."""
        converter = activity.payload_converter()
        given, context = (converter.from_payload(raw.payload) for raw in args)
        name = activity.info().activity_type
        self.calls.append(Called(name, context["step"], context["idempotency_key"], given))
        scripted = self.script[name]
        answer = scripted.pop(0) if scripted else ANSWERS.get(name, None if "lookup" in name else {})
        if answer == "gate":
            self.started.set()
            await self.gate.wait()
            answer = ANSWERS[name]
        if isinstance(answer, BaseException):
            raise answer
        return answer

    async def start(self, flow: str, input: BaseModel, *, skipping: bool = True) -> WorkflowHandle[Any, Any]:
        """Start a workflow, with its clock skipping or standing still."""
        start = self._start(flow, input)
        if skipping:
            return await start
        with self.environment.with_time_skipping_disabled():
            return await start

    async def _start(self, flow: str, input: BaseModel) -> WorkflowHandle[Any, Any]:
        handle: WorkflowHandle[Any, Any] = await self.environment.client.start_workflow(
            flow,
            args=[input, Context(tenant=Tenant(id="t_1"), correlation_id="c_1")],
            id=f"tenant:t_1:{flow}:{uuid4()}",
            task_queue=QUEUE,
            result_type=dict,
        )
        return handle

    async def forward(self, handle: WorkflowHandle[Any, Any], **duration: float) -> None:
        """Let this much virtual time pass for a workflow."""
        await self.environment.fast_forward(handle, timedelta(**duration))


def workflows(environment: WorkflowEnvironment) -> Worker:
    """A worker that runs the workflows and no activities."""
    return Worker(
        environment.client,
        task_queue=QUEUE,
        workflows=[*WORKFLOWS, *FAMILY],
        # Every task replays the history: what isn't deterministic fails here.
        max_cached_workflows=0,
        # A mistake in the runtime is to fail its test and not to be retried for ever.
        workflow_failure_exception_types=[Exception],
        workflow_runner=SandboxedWorkflowRunner(restrictions=PASSED_THROUGH),
    )


@asynccontextmanager
async def systems(environment: WorkflowEnvironment) -> AsyncIterator[World]:
    """A world whose systems answer, with nobody to run the workflows."""
    world = World(environment)

    @activity.defn(dynamic=True)
    async def any_operation(args: Sequence[RawValue]) -> Any:
        return await world.answer(args)

    async with Worker(environment.client, task_queue=QUEUE, activities=[any_operation]):
        yield world


async def until(condition: Any, tries: int = 400) -> None:
    """Wait for something that the server is about to do."""
    for _ in itertools.repeat(None, tries):
        if await condition():
            return
        await asyncio.wait({asyncio.get_running_loop().create_future()}, timeout=0.025)
    raise AssertionError("it never came")
