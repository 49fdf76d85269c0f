"""Handing a message to the city."""

from __future__ import annotations

import contextlib
from typing import Any

from temporalio.client import Client, WorkflowHandle
from temporalio.common import Priority, WorkflowIDConflictPolicy, WorkflowIDReusePolicy
from temporalio.exceptions import WorkflowAlreadyStartedError

from cityos_runtime.context import Context
from cityos_runtime.dispatch.inbox import InboxWorkflow
from cityos_runtime.dispatch.messages import QUEUE, Delivery, Message


def inbox_id(tenant: str, event_id: str) -> str:
    """The id of a message's inbox: one for each event of a tenant."""
    return f"tenant:{tenant}:inbox:{event_id}"


async def send(client: Client, message: Message, context: Context) -> WorkflowHandle[Any, Delivery]:
    """Give a message to its inbox; the same event twice is given once."""
    name = inbox_id(context.tenant.id, message.event_id)
    with contextlib.suppress(WorkflowAlreadyStartedError):  # it was given before, and has ended
        await client.start_workflow(
            InboxWorkflow.run,
            args=[message, context],
            id=name,
            task_queue=QUEUE,
            static_summary=message.name,
            id_reuse_policy=WorkflowIDReusePolicy.REJECT_DUPLICATE,
            id_conflict_policy=WorkflowIDConflictPolicy.USE_EXISTING,
            priority=Priority(fairness_key=context.tenant.id),
        )
    return client.get_workflow_handle(name, result_type=Delivery)
