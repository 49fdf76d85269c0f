"""`cityosc test`."""

from __future__ import annotations

import asyncio
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cityos_compiler.cli.common import checked_project, fresh_generated, project_root

if TYPE_CHECKING:
    from cityos_compiler.scenarios.model import Scenario
    from cityos_compiler.scenarios.runner import Outcome


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
def test_command(only: tuple[str, ...], shape: str, at_once: int, histories: Path | None) -> int:
    """Run the scenario tests of `specs/tests` on the real Temporal server, in virtual time.

    Every history that a scenario leaves is replayed on the generated code.

    ONLY narrows them to files, workflows or scenarios whose name contains one of the words.
    """
    from cityos_compiler.render import has_color, human
    from cityos_compiler.scenarios.model import read_scenarios

    root = project_root()
    checked = checked_project(root)
    generated = fresh_generated(root, checked)
    scenarios, findings, texts = read_scenarios(root / "specs" / "tests", root)
    if findings:
        click.echo(human(findings, texts, color=has_color(sys.stderr)), err=True)
        return 1
    chosen = [s for s in scenarios if _fits(s, only)]
    if not chosen:
        raise click.UsageError(
            f"no scenario fits {' '.join(only)}" if only else "there are no scenarios in specs/tests"
        )
    outcomes = asyncio.run(_run(generated, chosen, at_once, signal_examples(checked.project), shape == "human"))
    if histories is not None:
        _keep(histories, outcomes)
    failed = [outcome for outcome in outcomes if outcome.wrong]
    if shape == "json":
        click.echo(json.dumps([_data(outcome) for outcome in outcomes], indent=1))
    else:
        for outcome in failed:
            click.echo(f"\n{outcome.scenario.file}:{outcome.scenario.line} {outcome.scenario.name}")
            for text in outcome.wrong:
                click.echo(f"  {text}")
        click.echo(f"\n{len(outcomes) - len(failed)} passed, {len(failed)} failed")
    return 1 if failed else 0


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
    generated: Path, scenarios: list[Scenario], at_once: int, examples: dict[str, Any], show: bool
) -> list[Outcome]:
    from cityos_runtime.local import LocalCity

    from cityos_compiler.scenarios.replaying import replay
    from cityos_compiler.scenarios.runner import run_all

    def tell(outcome: Outcome) -> None:
        if show:
            mark = "FAILED" if outcome.wrong else "ok"
            click.echo(f"{mark:>6}  {outcome.scenario.workflow}: {outcome.scenario.name}")

    city = await LocalCity.open(generated, examples=examples)
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


def _data(outcome: Outcome) -> dict[str, Any]:
    scenario = outcome.scenario
    return {"workflow": scenario.workflow, "scenario": scenario.name, "file": scenario.file, "line": scenario.line,
            "passed": not outcome.wrong, "wrong": outcome.wrong}  # fmt: skip
