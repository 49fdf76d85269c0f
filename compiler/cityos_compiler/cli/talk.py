"""`cityosc event`, `cityosc signal`, `cityosc query` and `cityosc decide`: talking to a running city."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import click

from cityos_compiler.cli.common import project_root

_ADDRESS = click.option("--address", default="127.0.0.1:7233", show_default=True, help="The Temporal server.")
_NAMESPACE = click.option("--namespace", default="default", show_default=True)


@click.command()
@click.argument("name")
@click.option("--with", "payload", default="{}", help="The payload, as JSON.")
@click.option("--tenant", required=True, help="Whose event it is.")
@click.option("--event-id", default="", help="The same event twice counts once; without it, it is a new one.")
@click.option("--wait", default=10.0, show_default=True, help="How many seconds to wait for its delivery.")
@_ADDRESS
@_NAMESPACE
def event_command(
    name: str, payload: str, tenant: str, event_id: str, wait: float, address: str, namespace: str
) -> int:
    """Give the city the event or signal NAME, as a webhook would.

    It starts the workflows whose trigger it is, and reaches those that wait for it. Where nobody waits for it yet it
    is kept and tried again, for three days; then it is a dead letter, and `cityosc decide` says what becomes of it.
    """
    from uuid import uuid4

    given = _json(payload)
    if not isinstance(given, dict):
        raise click.UsageError("--with is a map of the payload's fields")
    delivery, inbox = asyncio.run(_send(name, given, tenant, event_id or uuid4().hex, wait, (address, namespace)))
    if delivery is None:
        click.echo(f"{name} waits in {inbox}: nobody takes it yet")
        return 0
    for word, whom in (("started", delivery.started), ("delivered to", delivery.delivered_to),
                       ("not started again:", delivery.not_started)):  # fmt: skip
        for workflow in whom:
            click.echo(f"{word} {workflow}")
    if delivery.status == "nobody":
        click.echo(f"no workflow wants this {name}")
    return 0


@click.command()
@click.argument("workflow_id")
@click.argument("signal")
@click.option("--with", "payload", default="{}", help="The payload, as JSON.")
@click.option("--event-id", default="", help="The same event twice counts once.")
@_ADDRESS
@_NAMESPACE
def signal_command(workflow_id: str, signal: str, payload: str, event_id: str, address: str, namespace: str) -> int:
    """Send SIGNAL to the running workflow WORKFLOW_ID."""
    given = _json(payload)
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


@click.command()
@click.argument("workflow_id")
@click.argument("action", type=click.Choice(["retry", "skip", "fail", "drop"]))
@click.option("--step", help="The parked step; where only one is parked, that one.")
@click.option("--payload", default="", help="With retry: the inputs to change, as JSON.")
@click.option("--result", default="", help="With skip: what the step gives instead, as JSON.")
@_ADDRESS
@_NAMESPACE
def decide_command(
    workflow_id: str, action: str, step: str | None, payload: str, result: str, address: str, namespace: str
) -> int:
    """Decide about the parked step of the workflow WORKFLOW_ID, or about the dead message of an inbox.

    A parked step is tried again (retry), left out (skip) or given up (fail). A dead message is tried again (retry) or
    given up (drop).
    """
    decision: dict[str, Any] = {"action": action}
    if ":inbox:" not in workflow_id:
        decision["step"] = step or asyncio.run(_with_handle(workflow_id, address, namespace, _only_parked))
    for key, text in (("payload", payload), ("result", result)):
        if text:
            decision[key] = _json(text)
    asyncio.run(_with_handle(workflow_id, address, namespace, lambda h: h.execute_update("decide", decision)))
    click.echo(f"{workflow_id}: {action}")
    return 0


async def _only_parked(handle: Any) -> str:
    parked: list[str] = (await handle.query("getWorkflowStatus"))["parked"]
    if len(parked) != 1:
        raise click.ClickException(f"parked are: {', '.join(parked) or 'none'}; say which with --step")
    return parked[0]


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except json.JSONDecodeError as error:
        raise click.UsageError(f"`{text}` is no JSON: {error}") from error


async def _send(
    name: str, payload: dict[str, Any], tenant: str, event_id: str, wait: float, place: tuple[str, str]
) -> tuple[Any, str]:
    """What became of a message, None where it still waits; and where it waits."""
    from cityos_runtime.client import connect
    from cityos_runtime.context import Context, Tenant
    from cityos_runtime.dispatch.messages import Message
    from cityos_runtime.dispatch.sending import send
    from cityos_runtime.indexing import is_indexed
    from cityos_runtime.local import read_json
    from cityos_runtime.setup import SetupError

    try:
        manifest = read_json(project_root() / "generated" / "manifest.json")
        client = await connect(*place)
    except SetupError as error:
        raise click.ClickException(str(error)) from error
    context = Context(tenant=Tenant.of(manifest, tenant), search_attributes=await is_indexed(client))
    inbox = await send(client, Message(name=name, payload=payload, event_id=event_id), context)
    try:
        return await asyncio.wait_for(inbox.result(), wait), inbox.id
    except TimeoutError:
        return None, inbox.id


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
