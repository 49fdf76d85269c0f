"""`cityosc schedules`."""

from __future__ import annotations

import asyncio
import json

import click

from cityos_compiler.cli.common import checked_project, fresh_generated, project_root


@click.command()
@click.option("--dry-run", is_flag=True, help="Only say which there are; touch nothing.")
@click.option("--tenant", default="platform", show_default=True,
              help="Whose the starts are where a schedule's rows name no tenant.")  # fmt: skip
@click.option("--address", default="127.0.0.1:7233", show_default=True, help="The Temporal server.")
@click.option("--namespace", default="default", show_default=True)
@click.option("--format", "shape", type=click.Choice(["human", "json"]), default="human")
def schedules_command(dry_run: bool, tenant: str, address: str, namespace: str, shape: str) -> int:
    """Make the server's schedules those of the specs.

    New ones are created, changed ones updated, and those that no spec has any more removed; a paused one stays paused.
    Schedules that didn't come from here (their ids don't begin with `cityos:`) are left alone.
    """
    from cityos_runtime.client import connect
    from cityos_runtime.context import Context, Tenant
    from cityos_runtime.dispatch.schedules import Applied, apply, schedules
    from cityos_runtime.indexing import is_indexed
    from cityos_runtime.local import read_json
    from cityos_runtime.setup import SetupError

    root = project_root()
    generated = fresh_generated(root, checked_project(root))

    async def run() -> Applied:
        manifest = read_json(generated / "manifest.json")
        context = Context(tenant=Tenant.of(manifest, tenant))
        if dry_run:
            return Applied(sorted(schedules(manifest, context)), [], [])
        client = await connect(address, namespace)
        context.search_attributes = await is_indexed(client)
        return await apply(client, schedules(manifest, context))

    try:
        applied = asyncio.run(run())
    except SetupError as error:
        raise click.ClickException(str(error)) from error
    if shape == "json":
        click.echo(json.dumps({"created": applied.created, "updated": applied.updated, "removed": applied.removed}))
        return 0
    word = "is in the specs" if dry_run else "created"
    for done, names in ((word, applied.created), ("updated", applied.updated), ("removed", applied.removed)):
        for name in names:
            click.echo(f"{name} {done}")
    return 0
