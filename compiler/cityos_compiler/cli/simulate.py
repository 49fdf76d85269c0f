"""`cityosc simulate`."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cityos_compiler.cli.common import checked_project, lowered_project, project_root, verified_city

if TYPE_CHECKING:
    from cityos_compiler import ir
    from cityos_compiler.passes import Checked
    from cityos_compiler.scenarios.model import Scenario, When
    from cityos_compiler.simulating.playing import Played, Stage
    from cityos_compiler.simulating.wishes import Known, Wishes


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
@click.option("--trace", type=click.Path(exists=True, dir_okay=False, path_type=Path),
              help="Go along a trace that `cityosc verify` has written; it says all that happens.")  # fmt: skip
@click.option("--format", "shape", type=click.Choice(["human", "json"]), default="human")
@click.option("--picture", type=click.Path(dir_okay=False, path_type=Path),
              help="Draw the workflow with the path taken: .svg, .png, .dot or .mmd.")  # fmt: skip
def simulate_command(
    workflow: str, source: Path | None, named: str | None, tenant: str | None,
    fails: tuple[str, ...], losses: tuple[str, ...], slow: tuple[str, ...], answered: tuple[str, ...],
    signals: tuple[str, ...], cancels: tuple[str, ...], decisions: tuple[str, ...], queries: tuple[str, ...],
    end: str | None, seed: int | None, trace: Path | None, shape: str, picture: Path | None,
) -> int:  # fmt: skip
    """Play WORKFLOW (its name or number) from its spec, in virtual time: no server, no other systems.

    Systems answer with the examples of their operations. A TIME is a duration after the start (2h, 3d) or after a step
    began (awaitApproval+2h). The exit code is 0 where the workflow completed, 1 where it failed or is still waiting.
    """
    from cityos_compiler.cli import telling
    from cityos_compiler.cli.find import find_workflow
    from cityos_compiler.simulating.playing import Stage

    root = project_root()
    if trace is not None and (asked := _asked_beside()):
        raise click.UsageError(f"a trace says all that happens: no --{asked[0]} beside it")
    checked = checked_project(root) if trace is None else lowered_project(root)
    found = find_workflow(checked, workflow)
    stage = Stage.of(checked.project, checked.workflows)
    if trace is not None:
        played = _along(root, checked, found, trace)
    else:
        wanted = _Wanted(fails, losses, slow, answered, signals, cancels, decisions, queries, end)
        played = _played(root, stage, found, wanted, source=source, named=named, tenant=tenant, seed=seed)
    if picture is not None:
        telling.draw(found, played, picture)
    if shape == "json":
        click.echo(json.dumps(telling.data(played), indent=1))
    else:
        telling.tell(stage, found, played)
    return 0 if played.run.status == "completed" else 1


def _asked_beside() -> list[str]:
    """What is said on the command line that a trace says itself."""
    context = click.get_current_context()
    names = {each.name: each.opts[0].removeprefix("--") for each in context.command.params}
    return [names[name] for name in names if name not in (None, "workflow", "trace", "shape", "picture")
            and context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE]  # fmt: skip


def _along(root: Path, checked: Checked, workflow: ir.Workflow, file: Path) -> Played:
    """A run along a trace of `cityosc verify`."""
    from cityos_compiler.simulating.tracing import play_along
    from cityos_compiler.verifying.traces import WrongTrace, read_trace

    try:
        trace = read_trace(file)
        if trace.workflow != workflow.name:
            raise click.UsageError(f"{file} is a trace of {trace.workflow}, not of {workflow.name}")
        return play_along(verified_city(root, checked).subject(workflow.name), trace)
    except WrongTrace as error:
        raise click.ClickException(str(error)) from None


@dataclass(frozen=True)
class _Wanted:
    """What is asked of a simulation, as it stands on the command line."""

    fails: tuple[str, ...]
    losses: tuple[str, ...]
    slow: tuple[str, ...]
    answered: tuple[str, ...]
    signals: tuple[str, ...]
    cancels: tuple[str, ...]
    decisions: tuple[str, ...]
    queries: tuple[str, ...]
    end: str | None


def _played(
    root: Path, stage: Stage, workflow: ir.Workflow, wanted: _Wanted, *,
    source: Path | None, named: str | None, tenant: str | None, seed: int | None,
) -> Played:  # fmt: skip
    """A run with what is asked for."""
    from cityos_runtime.ids import MissingField
    from cityos_runtime.virtual.following import NeverBegan

    from cityos_compiler.cli.scenarios import signal_examples
    from cityos_compiler.simulating.playing import play
    from cityos_compiler.simulating.wishes import WrongWish

    known = stage.known(workflow)
    try:
        wishes = _wishes(known, wanted)
        given = _given(root, workflow, source, named)
        for name, fields in given.answers.items():
            wishes.answers[name] = {**fields, **wishes.answers.get(name, {})}
        until = _until(known, wanted.end)
        return play(stage, workflow, given.input, tenant or given.tenant, wishes,
                    examples=signal_examples(stage.project), seed=seed, until=until)  # fmt: skip
    except WrongWish as error:
        raise click.UsageError(str(error)) from None
    except NeverBegan as step:
        raise click.ClickException(f"`{step}` never began: nothing can come after it") from None
    except MissingField as error:
        raise click.ClickException(
            f"the workflow's id needs `{error.args[0]}`, and the input has no such field"
        ) from None


def _until(known: Known, end: str | None) -> When | None:
    """When to stop; None where nothing is said."""
    from cityos_compiler.scenarios.model import moment
    from cityos_compiler.simulating.wishes import WrongWish

    until = moment(end) if end is not None else None
    if end is not None and until is None:
        raise WrongWish(f"`{end}` is no moment: a duration after the start, or step+2h")
    if until is not None and until.after is not None:
        known.step(until.after)
    return until


def _wishes(known: Known, wanted: _Wanted) -> Wishes:
    from cityos_compiler.simulating import wishes
    from cityos_compiler.simulating.wishes import arrival

    faults = wishes.faults(wanted.fails, known)
    for name, lost in wishes.faults(wanted.losses, known, lost=True).items():
        faults.setdefault(name, []).extend(lost)
    arrivals = [arrival("signal", text, known) for text in wanted.signals]
    arrivals += [arrival("cancel", text if "@" in text else f"@{text}", known) for text in wanted.cancels]
    arrivals += [arrival("decide", text, known) for text in wanted.decisions]
    arrivals += [arrival("query", text, known) for text in wanted.queries]
    return wishes.Wishes(faults, wishes.delays(wanted.slow, known), wishes.answers(wanted.answered, known), arrivals)


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
