"""`cityosc schedules`."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime

import click

from cityos_compiler.cli.common import checked_project, fresh_generated, project_root
from cityos_compiler.passes import Checked


@click.command()
@click.option("--list", "only_list", is_flag=True, help="Show all of them with their next times; no server is asked.")
@click.option("--json", "as_json", is_flag=True, help="With --list: as one JSON list.")
@click.option("--after", type=click.DateTime(["%Y-%m-%dT%H:%M", "%Y-%m-%d"]),
              help="With --list: count the next times from this instant (UTC).")  # fmt: skip
@click.option("--dry-run", is_flag=True, help="Only say which there are; touch nothing.")
@click.option("--tenant", default="platform", show_default=True,
              help="Whose the starts are where a schedule's rows name no tenant.")  # fmt: skip
@click.option("--address", default="127.0.0.1:7233", show_default=True, help="The Temporal server.")
@click.option("--namespace", default="default", show_default=True)
@click.option("--format", "shape", type=click.Choice(["human", "json"]), default="human")
def schedules_command(
    only_list: bool,
    as_json: bool,
    after: datetime | None,
    dry_run: bool,
    tenant: str,
    address: str,
    namespace: str,
    shape: str,
) -> int:
    """Make the server's schedules those of the specs.

    New ones are created, changed ones updated, and those that no spec has any more removed; a paused one stays paused.
    Schedules that didn't come from here (their ids don't begin with `cityos:`) are left alone.
    """
    if only_list:
        instant = after.replace(tzinfo=UTC) if after is not None else datetime.now(UTC)
        click.echo(_listed(checked_project(project_root()), instant, as_json or shape == "json"))
        return 0
    return _apply(dry_run, tenant, address, namespace, shape)


def _listed(checked: Checked, after: datetime, as_json: bool) -> str:
    """All schedules of the specs, for people or for programs."""
    from cityos_compiler.schedules import ZONE, scheduled

    entries = scheduled(checked.project, checked.workflows)
    if as_json:
        return json.dumps([entry.data(after) for entry in entries], indent=1)
    rows = [("workflow", f"when ({ZONE})", "for", "while one runs", "missed turns", "next")]
    for entry in entries:
        first, *later = entry.next_times(after)
        times = [f"{first:%Y-%m-%d %H:%M}"]
        times += [f"{each:%H:%M}" if each.date() == first.date() else f"{each:%Y-%m-%d %H:%M}" for each in later]
        name = f"{entry.workflow.id} {entry.workflow.name.removesuffix('Workflow')}"
        rows.append((name, entry.cadence, entry.scope, entry.overlap, entry.catch_up, ", ".join(times)))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return "\n".join("  ".join(map(str.ljust, row, widths)).rstrip() for row in rows)


def _apply(dry_run: bool, tenant: str, address: str, namespace: str, shape: str) -> int:
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
