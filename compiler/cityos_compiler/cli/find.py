"""Finding a workflow by what a person types."""

from __future__ import annotations

import click

from cityos_compiler import ir
from cityos_compiler.passes import Checked
from cityos_dsl.diagnostics import did_you_mean


def find_workflow(checked: Checked, wanted: str) -> ir.Workflow:
    """A workflow by its number or name, with or without `Workflow`.

    Raises click.UsageError where there is none; it says what stands behind a name that another dispatcher has for it.
    """
    for workflow in checked.workflows:
        if wanted.lower() in (
            workflow.id.lower(),
            workflow.name.lower(),
            workflow.name.removesuffix("Workflow").lower(),
        ):
            return workflow
    names = [name for workflow in checked.workflows for name in (workflow.id, workflow.name)]
    hint = _known_as(checked, wanted) or did_you_mean(wanted, names)
    raise click.UsageError(f"there is no workflow `{wanted}`" + (f"; {hint}" if hint else ""))


def _known_as(checked: Checked, wanted: str) -> str:
    """What an event starts that another dispatcher calls by this name; empty where none does."""
    for event in checked.project.events.values():
        if event.spec.known_as is not None and wanted in [name.text for name in event.spec.known_as.workflows]:
            started = ", ".join(spec.id.text for _, spec in checked.project.started_by(event.name))
            return f"it is what `{event.name}` starts: {started}"
    return ""
