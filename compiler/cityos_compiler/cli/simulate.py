"""`cityosc simulate`."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cityos_compiler.cli.common import checked_project, project_root

if TYPE_CHECKING:
    from cityos_compiler import ir
    from cityos_compiler.scenarios.model import Scenario
    from cityos_compiler.simulating.playing import Played, Stage
    from cityos_compiler.simulating.wishes import Known, Wishes

COLORS = {"good": "green", "bad": "red", "outside": "cyan"}


@dataclass(frozen=True)
class Given:
    """What a workflow is started with, and what its systems answer beside their examples."""

    input: dict[str, Any]
    tenant: str
    answers: dict[str, dict[str, Any]]


@click.command()
@click.argument("workflow")
@click.option("--input", "-i", "source", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="A JSON or YAML file with the input; without it, that of its scenario tests.")  # fmt: skip
@click.option("--scenario", "named", help="Start from the scenario whose name contains this: its input, its world.")
@click.option("--tenant", help="The tenant it runs for.")
@click.option("--fail", "fails", multiple=True, metavar="STEP:ERROR[*N]", help="A step's attempts fail (N of them).")
@click.option("--lose", "losses", multiple=True, metavar="STEP:request|answer[*N]", help="No answer comes back.")
@click.option("--delay", "slow", multiple=True, metavar="STEP:TIME", help="How long a step's system takes.")
@click.option("--answer", "answered", multiple=True, metavar="STEP=JSON", help="Fields of a step's answer.")
@click.option("--signal", "signals", multiple=True, metavar="NAME@TIME[=JSON]", help="A signal at a moment.")
@click.option("--cancel", "cancels", multiple=True, metavar="TIME", help="A cancellation at a moment.")
@click.option("--decide", "decisions", multiple=True, metavar="STEP:ACTION@TIME[=JSON]",
              help="An operator's decision on a parked step: retry, skip or fail.")  # fmt: skip
@click.option("--query", "queries", multiple=True, metavar="NAME@TIME", help="Ask the run at a moment.")
@click.option("--until", "end", metavar="TIME", help="Stop then, however it stands.")
@click.option("--seed", type=int, help="Let chance play as well: faults and signals, the same for the same seed.")
@click.option("--format", "shape", type=click.Choice(["human", "json"]), default="human")
@click.option("--picture", type=click.Path(dir_okay=False, path_type=Path),
              help="Draw the workflow with the path taken: .svg, .png, .dot or .mmd.")  # fmt: skip
def simulate_command(
    workflow: str, source: Path | None, named: str | None, tenant: str | None,
    fails: tuple[str, ...], losses: tuple[str, ...], slow: tuple[str, ...], answered: tuple[str, ...],
    signals: tuple[str, ...], cancels: tuple[str, ...], decisions: tuple[str, ...], queries: tuple[str, ...],
    end: str | None, seed: int | None, shape: str, picture: Path | None,
) -> int:  # fmt: skip
    """Play WORKFLOW (its name or number) from its spec, in virtual time: no server, no other systems.

    Systems answer with the examples of their operations. A TIME is a duration after the start (2h, 3d) or after a step
    began (awaitApproval+2h). The exit code is 0 where the workflow completed, 1 where it failed or is still waiting.
    """
    from cityos_runtime.ids import MissingField
    from cityos_runtime.virtual.following import NeverBegan

    from cityos_compiler.cli.find import find_workflow
    from cityos_compiler.cli.scenarios import signal_examples
    from cityos_compiler.scenarios.model import moment
    from cityos_compiler.simulating.playing import Stage, play
    from cityos_compiler.simulating.wishes import WrongWish

    root = project_root()
    checked = checked_project(root)
    found = find_workflow(checked, workflow)
    stage = Stage.of(checked.project, checked.workflows)
    known = stage.known(found)
    try:
        wishes = _wishes(known, fails, losses, slow, answered)
        wishes.arrivals = _arrivals(known, signals, cancels, decisions, queries)
        given = _given(root, found, source, named)
        for name, fields in given.answers.items():
            wishes.answers[name] = {**fields, **wishes.answers.get(name, {})}
        until = moment(end) if end is not None else None
        if end is not None and until is None:
            raise WrongWish(f"`{end}` is no moment: a duration after the start, or step+2h")
        if until is not None and until.after is not None:
            known.step(until.after)
        played = play(stage, found, given.input, tenant or given.tenant, wishes,
                      examples=signal_examples(checked.project), seed=seed, until=until)  # fmt: skip
    except WrongWish as error:
        raise click.UsageError(str(error)) from None
    except NeverBegan as step:
        raise click.ClickException(f"`{step}` never began: nothing can come after it") from None
    except MissingField as error:
        raise click.ClickException(
            f"the workflow's id needs `{error.args[0]}`, and the input has no such field"
        ) from None
    if picture is not None:
        _draw(found, played, picture)
    if shape == "json":
        click.echo(json.dumps(_data(played), indent=1))
    else:
        _tell(stage, found, played, given)
    return 0 if played.run.status == "completed" else 1


def _wishes(
    known: Known, fails: tuple[str, ...], losses: tuple[str, ...], slow: tuple[str, ...], answered: tuple[str, ...]
) -> Wishes:
    from cityos_compiler.simulating import wishes

    faults = wishes.faults(fails, known)
    for name, lost in wishes.faults(losses, known, lost=True).items():
        faults.setdefault(name, []).extend(lost)
    return wishes.Wishes(faults, wishes.delays(slow, known), wishes.answers(answered, known))


def _arrivals(
    known: Known,
    signals: tuple[str, ...],
    cancels: tuple[str, ...],
    decisions: tuple[str, ...],
    queries: tuple[str, ...],
) -> list[Any]:
    from cityos_compiler.simulating.wishes import arrival

    found = [arrival("signal", text, known) for text in signals]
    found += [arrival("cancel", text if "@" in text else f"@{text}", known) for text in cancels]
    found += [arrival("decide", text, known) for text in decisions]
    return found + [arrival("query", text, known) for text in queries]


def _given(root: Path, workflow: ir.Workflow, source: Path | None, named: str | None) -> Given:
    """The input: a file's, a scenario's, or what its scenarios share."""
    from cityos_compiler.cli.run import read_data
    from cityos_compiler.scenarios.model import read_scenarios

    folder = root / "specs" / "tests"
    scenarios = read_scenarios(folder, root, only=workflow.name)[0] if folder.is_dir() else []
    own = [each for each in scenarios if each.workflow == workflow.name]
    if named is not None:
        own = [each for each in own if named.lower() in each.name.lower()]
        if not own:
            raise click.UsageError(f"no scenario of {workflow.name} is named like `{named}`")
    if source is not None:
        return Given(read_data(source), own[0].tenant if own else "t_001", {})
    if not own:
        raise click.UsageError(f"{workflow.name} has no scenario tests to take an input from: say --input FILE")
    first = own[0]
    return Given(first.input, first.tenant, _answers(first))


def _answers(scenario: Scenario) -> dict[str, dict[str, Any]]:
    """What the systems answer in a scenario at first."""
    return {
        name: entries[0]["answers"]
        for name, entries in scenario.world.items()
        if entries and isinstance(entries[0].get("answers"), dict)
    }


def _data(played: Played) -> dict[str, Any]:
    from cityos_compiler.simulating.story import data

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
        "trace": [data(entry, played.start) for entry in played.following.trace],
    }


def _tell(stage: Stage, workflow: ir.Workflow, played: Played, given: Given) -> None:
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


def _draw(workflow: ir.Workflow, played: Played, target: Path) -> None:
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
