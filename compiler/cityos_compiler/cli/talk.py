"""`cityosc signal` and `cityosc query`."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import click

_ADDRESS = click.option("--address", default="127.0.0.1:7233", show_default=True, help="The Temporal server.")
_NAMESPACE = click.option("--namespace", default="default", show_default=True)


@click.command()
@click.argument("workflow_id")
@click.argument("signal")
@click.option("--with", "payload", default="{}", help="The payload, as JSON.")
@click.option("--event-id", default="", help="The same event twice counts once.")
@_ADDRESS
@_NAMESPACE
def signal_command(workflow_id: str, signal: str, payload: str, event_id: str, address: str, namespace: str) -> int:
    """Send SIGNAL to the running workflow WORKFLOW_ID."""
    try:
        given = json.loads(payload)
    except json.JSONDecodeError as error:
        raise click.UsageError(f"--with is no JSON: {error}") from error
    envelope = {"event_id": event_id} if event_id else {}
    asyncio.run(_with_handle(workflow_id, address, namespace, lambda h: h.signal(signal, args=[given, envelope])))
    click.echo(f"sent {signal} to {workflow_id}")
    return 0


@click.command()
@click.argument("workflow_id")
@click.argument("query", default="getWorkflowStatus")
@_ADDRESS
@_NAMESPACE
def query_command(workflow_id: str, query: str, address: str, namespace: str) -> int:
    """Ask the workflow WORKFLOW_ID; without QUERY its status."""
    answer = asyncio.run(_with_handle(workflow_id, address, namespace, lambda h: h.query(query)))
    click.echo(json.dumps(answer, indent=1))
    return 0


async def _with_handle(workflow_id: str, address: str, namespace: str, act: Any) -> Any:
    from cityos_runtime.client import connect
    from cityos_runtime.setup import SetupError
    from temporalio.client import WorkflowQueryFailedError
    from temporalio.service import RPCError

    try:
        client = await connect(address, namespace)
        return await act(client.get_workflow_handle(workflow_id))
    except SetupError as error:
        raise click.ClickException(str(error)) from error
    except (RPCError, WorkflowQueryFailedError) as error:
        raise click.ClickException(f"{workflow_id}: {error}") from error
