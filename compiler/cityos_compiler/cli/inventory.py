"""`cityosc inventory`."""

from __future__ import annotations

import json

import click

from cityos_compiler.cli.common import checked_project, project_root


@click.command()
@click.option("--json", "as_json", is_flag=True, help="As one JSON object.")
def inventory_command(as_json: bool) -> int:
    """List the project's workflows, steps, signals, queries, error classes and models."""
    from cityos_compiler.inventory import inventory

    checked = checked_project(project_root())
    data = inventory(checked.project, checked.workflows)
    if as_json:
        click.echo(json.dumps(data, indent=1))
        return 0
    for workflow in data["workflows"]:
        click.echo(f"{workflow['id']}  {workflow['name']}  {len(workflow['steps'])} steps on {workflow['task_queue']}")
    kinds = (("signals", "signals"), ("queries", "queries"), ("errors", "error classes"), ("models", "models"))
    click.echo(", ".join(f"{len(data[key])} {word}" for key, word in kinds))
    return 0
