"""`cityosc test`."""

from __future__ import annotations

import asyncio
import json
import sys
from contextlib import nullcontext
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cityos_compiler.cli.bounding import bounded, said
from cityos_compiler.cli.common import checked_project, fresh_generated, project_root
from cityos_compiler.cli.definitions import Kept, keep
from cityos_compiler.cli.progress import progress

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractContextManager

    from cityos_compiler.passes import Checked
    from cityos_compiler.scenarios.coverage.measuring import Ran
    from cityos_compiler.scenarios.coverage.report import Exercised
    from cityos_compiler.scenarios.model import Scenario
    from cityos_compiler.scenarios.outcome import Outcome
    from cityos_compiler.verifying.bounds import Bounds
    from cityos_dsl.diagnostics import Finding


@click.command()
@click.argument("only", nargs=-1)
@click.option(
    "--format",
    "shape",
    type=click.Choice(["human", "json"]),
    default="human",
    help="How results are written.",
)
@click.option("--at-once", default=6, show_default=True, help="How many scenarios run side by side.")
@click.option("--histories", type=click.Path(file_okay=False, path_type=Path), help="Keep every run's history here.")
@click.option("--coverage", is_flag=True, help="Say which steps, branches, outcomes and compensations never ran.")
@click.option("--explore", is_flag=True, help="With --coverage: look for what no scenario reached, as `verify` does.")
@bounded(faults=None, variants=None, signals=None, jumps=None, runs=1200)
@click.option("--interpreted", is_flag=True, help="Run the workflows by their definitions, not as they are compiled.")
def test_command(
    only: tuple[str, ...], shape: str, at_once: int, histories: Path | None, coverage: bool, explore: bool,
    interpreted: bool, **given: Any,
) -> int:  # fmt: skip
    """Run the scenario tests of `specs/tests` on the real Temporal server, in virtual time.

    Every history that a scenario leaves is replayed on what ran: the generated code, or with --interpreted the
    definition. With --coverage, what no scenario reached and no file excuses (under `unexercised:`, with a reason) is
    a failure. With --explore, runs in this process look for it as `cityosc verify` does: what they reach lacks a
    scenario, and what they don't is a finding, unless a bound cut the search.

    ONLY narrows them to files, workflows or scenarios whose name contains one of the words.
    """
    from cityos_compiler.cli import covering
    from cityos_compiler.render import has_color, human
    from cityos_compiler.scenarios.model import read_scenarios
    from cityos_compiler.scenarios.names import Names
    from cityos_compiler.scenarios.typed import with_types

    coverage = coverage or explore
    bounds = _bounds(explore, given)
    root = project_root()
    checked = checked_project(root)
    generated = fresh_generated(root, checked)
    known = {workflow.name: workflow for workflow in checked.workflows}
    names = Names(checked.project, known)
    scenarios, findings, texts = read_scenarios(root / "specs" / "tests", root, names.of_file)
    if findings:
        click.echo(human(findings, texts, color=has_color(sys.stderr)), err=True)
        return 1
    chosen = [with_types(s, known.get(s.workflow), checked.project) for s in scenarios if _fits(s, only)]
    if not chosen:
        raise click.UsageError(
            f"no scenario fits {' '.join(only)}" if only else "there are no scenarios in specs/tests"
        )
    if interpreted and coverage:
        raise click.UsageError("--coverage counts the lines of generated code, which --interpreted doesn't run")
    definitions = keep(root, checked, {s.workflow for s in chosen}) if interpreted else None
    ran: dict[str, Ran] = {}
    with _watching(generated, ran) if coverage else nullcontext():
        examples = signal_examples(checked.project)
        with progress("running", len(chosen)) as done:
            outcomes = asyncio.run(_run(generated, chosen, at_once, examples, shape == "human", done, definitions))
    if histories is not None:
        _keep(histories, outcomes)
    exercised = _exercised(root, generated, checked, ran, outcomes, bounds, bool(only)) if coverage else []
    found = covering.unreached(exercised) if explore else []
    failed = [outcome for outcome in outcomes if outcome.wrong]
    if shape == "json":
        click.echo(
            json.dumps(_all_data(outcomes, exercised if coverage else None, found if explore else None), indent=1)
        )
    else:
        _tell_failures(failed)
        click.echo(f"\n{len(outcomes) - len(failed)} passed, {len(failed)} failed")
        covering.tell(checked, exercised, found)
    return 1 if failed or any(each.missed or each.idle for each in exercised) else 0


def _watching(generated: Path, ran: dict[str, Ran]) -> AbstractContextManager[None]:
    from cityos_compiler.scenarios.coverage.measuring import measured

    return measured(generated, ran)


def _bounds(explore: bool, given: dict[str, Any]) -> Bounds | None:
    """How far the search goes; None where there is none."""
    from cityos_compiler.verifying.bounds import Bounds

    if not explore and (idle := said()):
        raise click.UsageError(f"--{idle[0]} bounds the search of --explore")
    return Bounds(**given) if explore else None


def _exercised(
    root: Path,
    generated: Path,
    checked: Checked,
    ran: dict[str, Ran],
    outcomes: list[Outcome],
    bounds: Bounds | None,
    narrowed: bool,
) -> list[Exercised]:
    """What the scenarios reached; where there are bounds, of all workflows, and what a search reaches beside."""
    from cityos_compiler.cli.covering import search
    from cityos_compiler.scenarios.coverage.report import exercised_by

    others = bounds is not None and not narrowed
    found = exercised_by(generated, checked.workflows, ran, outcomes, others=others)
    if bounds is not None:
        search(root, generated, checked, found, bounds)
    return found


def _tell_failures(failed: list[Outcome]) -> None:
    for outcome in failed:
        click.echo(f"\n{outcome.scenario.file}:{outcome.scenario.line} {outcome.scenario.name}")
        for text in outcome.wrong:
            click.echo(f"  {text}")


def _fits(scenario: Scenario, only: tuple[str, ...]) -> bool:
    text = f"{scenario.file} {scenario.workflow} {scenario.name}".lower()
    return not only or any(word.lower() in text for word in only)


def signal_examples(project: Any) -> dict[str, Any]:
    """Example payloads of the signals, under their aliases too."""
    from cityos_compiler.scenarios.model import data

    examples = {}
    for model in project.signals.values():
        if model.contract.example is not None:
            for name in (model.name, *model.aliases):
                examples[name] = data(model.contract.example)
    return examples


async def _run(
    generated: Path,
    scenarios: list[Scenario],
    at_once: int,
    examples: dict[str, Any],
    show: bool,
    done: Callable[[], None],
    definitions: Kept | None = None,
) -> list[Outcome]:
    from cityos_runtime.local import LocalCity

    from cityos_compiler.scenarios.replaying import replay
    from cityos_compiler.scenarios.runner import run_all

    def tell(outcome: Outcome) -> None:
        if show:
            mark = "FAILED" if outcome.wrong else "ok"
            click.echo(f"{mark:>6}  {outcome.scenario.workflow}: {outcome.scenario.name}")
        done()

    store = definitions.folder if definitions is not None else None
    city = await LocalCity.open(generated, examples=examples, definitions=store)
    city.interpreted = definitions.references if definitions is not None else {}
    try:
        outcomes = await run_all(city, scenarios, at_once=at_once, each=tell)
    finally:
        await city.stop()
    await replay(generated, outcomes)
    return outcomes


def _keep(folder: Path, outcomes: list[Outcome]) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for number, outcome in enumerate(outcomes):
        if outcome.history is not None:
            path = folder / f"{outcome.scenario.workflow}-{number:03}.json"
            path.write_text(outcome.history.to_json(), encoding="utf-8")


def _all_data(outcomes: list[Outcome], exercised: list[Exercised] | None, found: list[Finding] | None) -> Any:
    """What came of the scenarios as JSON; with what was reached, and with findings, where that was looked for."""
    from cityos_compiler.cli.covering import data
    from cityos_compiler.render import as_json

    scenarios = [_data(outcome) for outcome in outcomes]
    if exercised is None:
        return scenarios
    told = {"scenarios": scenarios, "coverage": [data(each) for each in exercised]}
    return told if found is None else {**told, "findings": json.loads(as_json(found))}


def _data(outcome: Outcome) -> dict[str, Any]:
    scenario = outcome.scenario
    return {"workflow": scenario.workflow, "scenario": scenario.name, "file": scenario.file, "line": scenario.line,
            "passed": not outcome.wrong, "wrong": outcome.wrong}  # fmt: skip
