"""Finding a workflow by what a person types."""

from __future__ import annotations

import click

from cityos_compiler import ir
from cityos_dsl.diagnostics import did_you_mean


def find_workflow(workflows: list[ir.Workflow], wanted: str) -> ir.Workflow:
    """A workflow by its number or name, with or without `Workflow`.

    Raises click.UsageError where there is none.
    """
    for workflow in workflows:
        if wanted.lower() in (
            workflow.id.lower(),
            workflow.name.lower(),
            workflow.name.removesuffix("Workflow").lower(),
        ):
            return workflow
    names = [name for workflow in workflows for name in (workflow.id, workflow.name)]
    hint = did_you_mean(wanted, names)
    raise click.UsageError(f"there is no workflow `{wanted}`" + (f"; {hint}" if hint else ""))
