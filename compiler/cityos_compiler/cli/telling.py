"""What `cityosc simulate` says of a run: its story, its data, its picture."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from cityos_compiler import ir
    from cityos_compiler.simulating.playing import Played, Stage

COLORS = {"good": "green", "bad": "red", "outside": "cyan"}


def data(played: Played) -> dict[str, Any]:
    """A run as JSON."""
    from cityos_compiler.simulating.story import data as entry_data

    run = played.run
    failure = run.failure
    return {
        "status": run.status,
        "result": run.result,
        "error": getattr(failure, "type", None) if failure is not None else None,
        "message": str(failure or run.stuck or "") or None,
        "took": (run.clock.now - played.start).total_seconds(),
        "queries": [{"query": name, "answer": answer} for name, answer in played.answers],
        "late": [late.name or late.kind for late in played.late],
        "unfinished": played.unfinished,
        "trace": [entry_data(entry, played.start) for entry in played.following.trace],
    }


def tell(stage: Stage, workflow: ir.Workflow, played: Played) -> None:
    """Tell the story of a run, and its end."""
    from cityos_compiler.render import has_color
    from cityos_compiler.simulating.story import Cast, clock, lines

    color = has_color(sys.stdout)
    click.echo(f"{workflow.id} {workflow.name}: {workflow.summary}")
    click.echo(f"{played.following.workflow_id}, {played.start:%A %Y-%m-%d %H:%M} UTC\n")
    cast = Cast(played.following.workflow_id, stage.operations.systems, stage.heard(workflow))
    told = list(lines(played.following.trace, played.start, cast))
    days = len(str((played.run.clock.now - played.start).days))
    wide = min(max((len(line.what) + 2 * line.depth for line in told), default=0), 48)
    for line in told:
        mood = click.style(line.told, fg=COLORS[line.mood]) if color and line.mood else line.told
        what = f"{'  ' * line.depth}{line.what}"
        click.echo(f"{clock(line.at, days)}  {what:<{wide}}  {line.where:<9}  {mood}".rstrip())
    for name, answer in played.answers:
        click.echo(f"\n{name}: {json.dumps(answer, ensure_ascii=False)}")
    for late in played.late:
        click.echo(f"\nit had ended when {late.name or late.kind} came")
    for step in played.unfinished:
        click.echo(f"\nstill under way: {step}")
    click.echo(f"\n{clock(played.run.clock.now - played.start, days)}  {_ending(played)}")


def _ending(played: Played) -> str:
    run = played.run
    match run.status:
        case "completed":
            return f"completed: {json.dumps(run.result, ensure_ascii=False)}"
        case "stuck":
            return f"can't go on: {run.stuck}"
        case "running":
            return _waiting(run.query("getWorkflowStatus"), played.left)
    status = run.query("getWorkflowStatus") if run.flow._refusal is None else {}
    undone = f"; undone, newest first: {', '.join(status['undone'])}" if status.get("undone") else ""
    left = f"; not undone: {', '.join(status['not_undone'])}" if status.get("not_undone") else ""
    return f"{run.status}: {run.failure}{undone}{left}"


def _waiting(status: Mapping[str, Any], left: bool) -> str:
    if left:
        return "still going on: it was left after 100,000 things that happened"
    if status["parked"]:
        return f"parked at {', '.join(status['parked'])}: an operator has to decide (--decide STEP:retry@TIME)"
    return f"still waiting at {status['step']}: nothing more comes (--signal NAME@TIME)"


def draw(workflow: ir.Workflow, played: Played, target: Path) -> None:
    """Draw the workflow with the path that a run took.

    Raises click.UsageError where the file's name says no kind of picture.
    """
    from cityos_compiler.backends.diagrams.graph import picture
    from cityos_compiler.backends.diagrams.taken import taken
    from cityos_compiler.backends.diagrams.text import dot, mermaid
    from cityos_compiler.cli.graph import rendered

    run = played.run
    own = [entry for entry in played.following.trace if entry.workflow == played.following.workflow_id]
    names = {entry.name for entry in own} | {str(entry.details.get("operation")) for entry in own}
    names |= {f"{word} {entry.name}" for entry in own for word in ("call", "start", "signal", "emit")}
    names |= {f"return {(run.result or {}).get('status', '')}".strip(), f"fail {getattr(run.failure, 'type', '')}"}
    drawn = picture(workflow)
    path = taken(drawn, names | ({"completed"} if run.status == "completed" else set()))
    title = f"{workflow.id} {workflow.name}: {run.status}"
    shape = target.suffix.removeprefix(".")
    if shape in ("mmd", "mermaid"):
        target.write_text(mermaid(drawn, path), encoding="utf-8")
    elif shape == "dot":
        target.write_text(dot(drawn, title, path), encoding="utf-8")
    elif shape in ("svg", "png"):
        target.write_bytes(rendered(dot(drawn, title, path), shape))
    else:
        raise click.UsageError(f"a picture is an .svg, .png, .dot or .mmd, not {target.name}")
