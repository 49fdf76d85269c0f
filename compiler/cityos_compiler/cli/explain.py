"""`cityosc explain`."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

import click

from cityos_compiler import ir
from cityos_compiler.backends.book.steps import shown
from cityos_compiler.cli.common import checked_project, project_root
from cityos_dsl.diagnostics import did_you_mean
from cityos_dsl.project import SignalModel


@click.command()
@click.argument("what", required=False)
def explain_command(what: str | None) -> int:
    """Explain WHAT: a finding's code such as SAGA001, or a workflow with the wiring of its steps.

    The page of a code says what is wrong and why, shows it wrong and right, and how to switch it off.
    Without WHAT, all codes are listed.
    """
    from cityos_compiler.findings.catalog import catalog
    from cityos_compiler.findings.pages import explained, listing

    text = explained(what.upper()) if what is not None else listing()
    if text is not None or what is None:
        click.echo((text or "").rstrip("\n"))
        return 0
    if re.fullmatch(r"[A-Za-z]+\d+", what):
        hint = did_you_mean(what.upper(), catalog()) or "`cityosc explain` lists them"
        raise click.UsageError(f"there is no code `{what}`: {hint}")
    from cityos_compiler.cli.find import find_workflow

    click.echo(_workflow(find_workflow(checked_project(project_root()), what)))
    return 0


def _workflow(workflow: ir.Workflow) -> str:
    lines = [f"{workflow.id} {workflow.name}", f"  {workflow.summary}", f"  id       {workflow.workflow_id}",
             f"  queue    {workflow.task_queue}",
             *(f"  started  {_trigger(trigger)}" for trigger in workflow.triggers), "", "steps"]  # fmt: skip
    for step in ir.all_steps(workflow):
        if isinstance(step, ir.Do):
            lines += _step(step)
        elif isinstance(step, ir.Child):
            lines += [f"  {step.name}  ({'calls' if step.awaited else 'starts'} {step.number} {step.workflow})"]
            lines += _inputs(step.inputs, dict(step.wired))
    if workflow.signals:
        lines += ["", "signals", *(f"  {model.name}{_found(workflow, model)}" for model in workflow.signals)]
    lines += ["", "queries", "  getWorkflowStatus", *(f"  {query.model.name}" for query in workflow.queries)]
    return "\n".join(lines)


def _step(step: ir.Do) -> list[str]:
    lines = [f"  {step.name}  ({step.operation.system}, {step.operation.effect})"]
    lines += _inputs(step.inputs, dict(step.wired))
    if step.no_undo is not None:
        lines.append(f"    not undone: {step.no_undo}")
    if step.undo is not None:
        lines.append(f"    undone by {step.undo.operation.name}")
        lines += [f"      {name} = {shown(value)}" for name, value in step.undo.inputs]
    return lines


def _inputs(inputs: tuple[tuple[str, ir.Value], ...], wired: dict[str, str]) -> list[str]:
    return [f"      {name} = {shown(value)}   [{'by name' if name in wired else 'given'}]" for name, value in inputs]


def _trigger(trigger: ir.Trigger) -> str:
    """What starts it, in words."""
    if trigger.event is not None:
        return f"by {trigger.event}" + (f" where {trigger.condition.text}" if trigger.condition is not None else "")
    if trigger.schedule is not None:
        return trigger.schedule + (f", for each row of {trigger.over}" if trigger.over is not None else "")
    return "by hand"


def _found(workflow: ir.Workflow, model: SignalModel) -> str:
    """By what a signal finds the workflow, where its payload doesn't fill the id."""
    names = (model.name, *model.aliases)
    found = [
        f"{address.field} = {address.path}"
        for address in workflow.receives
        if any(fnmatchcase(name, address.signal) for name in names) and model.payload.field(address.field) is not None
    ]
    return f"   where {' or '.join(found)}" if found else ""
