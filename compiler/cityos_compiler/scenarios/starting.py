"""Starting a workflow as a schedule would: with what its previous run gave."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from cityos_runtime.context import Context
from cityos_runtime.interpreter.dynamic import started_as
from cityos_runtime.local import LocalCity, start_id
from temporalio.api.common.v1 import Payloads, WorkflowType
from temporalio.api.taskqueue.v1 import TaskQueue
from temporalio.api.workflowservice.v1 import StartWorkflowExecutionRequest
from temporalio.client import WorkflowHandle


async def start_after(
    city: LocalCity, workflow: str, given: Mapping[str, Any], context: Context, last_result: Any
) -> WorkflowHandle[Any, Any]:
    """Start a workflow whose `workflow.last_result` is this; the client's own call can't say it."""
    entry, client = city.entry(workflow), city.client

    async def payloads(*values: Any) -> Payloads:
        return Payloads(payloads=await client.data_converter.encode(values))

    name = start_id(entry, given, context)
    kind, arguments = started_as(entry["type"], [dict(given), context], city.interpreted.get(entry["type"]))
    await client.workflow_service.start_workflow_execution(
        StartWorkflowExecutionRequest(
            namespace=client.namespace,
            workflow_id=name,
            workflow_type=WorkflowType(name=kind),
            task_queue=TaskQueue(name=entry["task_queue"]),
            input=await payloads(*arguments),
            last_completion_result=await payloads(last_result),
            request_id=str(uuid4()),
        )
    )
    return client.get_workflow_handle(name)
