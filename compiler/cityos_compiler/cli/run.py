"""`cityosc run`."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import click

from cityos_compiler.cli.common import checked_project, fresh_generated, project_root
from cityos_compiler.cli.definitions import Kept, interpreted_data, keep


@click.command()
@click.argument("workflow")
@click.option("--input", "-i", "source", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=True,
              help="A JSON or YAML file with the workflow's input.")  # fmt: skip
@click.option("--tenant", default="t_001", show_default=True, help="The tenant it runs for.")
@click.option("--address", help="A Temporal server; without it the embedded one, with the sandbox city.")
@click.option("--namespace", default="default", show_default=True)
@click.option("--interpreted", is_flag=True, help="Run it by its definition: nothing needs to be compiled.")
@click.option("--queue", help="The task queue it runs on; its own without. For --interpreted with --address.")
@click.option("--format", "shape", type=click.Choice(["human", "json"]), default="human")
def run_command(
    workflow: str,
    source: Path,
    tenant: str,
    address: str | None,
    namespace: str,
    interpreted: bool,
    queue: str | None,
    shape: str,
) -> int:
    """Run WORKFLOW (its name or number) and show its steps as they happen, then its result.

    With --interpreted it runs by its definition, and so do the workflows that it starts. The definitions are written
    to the store (`.cityos/definitions`, or what CITYOSC_DEFINITIONS says), where workers find them.
    """
    from cityos_compiler.cli.find import find_workflow

    if queue is not None and not (interpreted and address):
        raise click.UsageError("--queue is for --interpreted with --address: compiled workflows have their queue")
    root = project_root()
    checked = checked_project(root)
    found = find_workflow(checked, workflow)
    kept = keep(root, checked, [found.name]) if interpreted else None
    generated = interpreted_data(root, checked) if interpreted else fresh_generated(root, checked)
    given = read_data(source)
    return asyncio.run(_run(generated, found.name, given, tenant, address, namespace, shape, kept, queue))


def read_data(source: Path) -> dict[str, Any]:
    """A JSON or YAML file's map.

    Raises click.ClickException where it is none.
    """
    from cityos_compiler.scenarios.model import data
    from cityos_dsl.source import Mapping, compose

    node, findings = compose(str(source), source.read_text(encoding="utf-8"))
    if findings or not isinstance(node, Mapping):
        found = findings[0] if findings else None
        where = f"{source}:{found.span.line}:{found.span.column}: {found.message}" if found else f"{source}: not a map"
        raise click.ClickException(where)
    read: dict[str, Any] = data(node)
    return read


async def _run(
    generated: Path,
    workflow: str,
    given: dict[str, Any],
    tenant: str,
    address: str | None,
    namespace: str,
    shape: str,
    kept: Kept | None = None,
    queue: str | None = None,
) -> int:
    from cityos_runtime.client import connect
    from cityos_runtime.context import Context, Tenant
    from cityos_runtime.indexing import is_indexed
    from cityos_runtime.local import LocalCity, read_json, start_workflow
    from cityos_runtime.setup import SetupError

    try:
        manifest = read_json(generated / "manifest.json")
        context = Context(tenant=Tenant.of(manifest, tenant))
        if address is not None:
            client = await connect(address, namespace)
            context.search_attributes = await is_indexed(client)
            entry = next(e for e in manifest["workflows"] if e["type"] == workflow)
            entry["task_queue"] = queue or entry["task_queue"]
            reference = kept.references[workflow] if kept is not None else None
            return await follow(await start_workflow(client, entry, given, context, reference), shape)
        context.search_attributes = True
        store = kept.folder if kept is not None else None
        city = await LocalCity.open(generated, definitions=store, compiled=kept is None)
        city.interpreted = kept.references if kept is not None else {}
        try:
            return await follow(await city.start(workflow, given, context), shape)
        finally:
            await city.stop()
    except SetupError as error:
        raise click.ClickException(str(error)) from error


async def follow(handle: Any, shape: str) -> int:
    """Show a run's steps, then its result; 1 where it failed."""
    from temporalio.client import WorkflowFailureError
    from temporalio.exceptions import ApplicationError

    from cityos_compiler.cli.live import line, moments

    start = (await handle.describe()).start_time
    if shape == "human":
        click.echo(handle.id)
        async for moment in moments(handle):
            click.echo(line(moment, start))
    try:
        result = await handle.result()
    except WorkflowFailureError as error:
        cause = error.cause
        kind = cause.type if isinstance(cause, ApplicationError) else type(cause).__name__
        details = cause.details[0] if isinstance(cause, ApplicationError) and cause.details else {}
        if shape == "json":
            click.echo(json.dumps({"failed": kind, "message": str(cause), "details": details}, indent=1))
        else:
            message = cause.message if isinstance(cause, ApplicationError) else cause
            click.echo(f"failed: {kind}: {message}")
            if isinstance(details, dict) and details.get("undone"):
                click.echo(f"undone, newest first: {', '.join(details['undone'])}")
        return 1
    click.echo(json.dumps(result, indent=1) if shape == "json" else f"result: {json.dumps(result)}")
    return 0
