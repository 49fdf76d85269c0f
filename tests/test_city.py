"""The city's scenario tests, on the real Temporal server in virtual time; every history replays on generated code."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from cityos_compiler import disk
from cityos_compiler.backends.python.generate import generate
from cityos_compiler.cli.scenarios import signal_examples
from cityos_compiler.passes import check
from cityos_compiler.scenarios.coverage.measuring import Ran, measured
from cityos_compiler.scenarios.coverage.report import exercised_by
from cityos_compiler.scenarios.model import Scenario, read_scenarios
from cityos_compiler.scenarios.outcome import Outcome
from cityos_compiler.scenarios.replaying import replay
from cityos_compiler.scenarios.runner import run_all
from cityos_runtime.local import LocalCity

from tests.comparing import compiled_place, differences, wrong_here

ROOT = Path(__file__).parents[1]
PARTS = 6
"""The city's scenarios run side by side in so many processes, each with a server of its own."""


def test_generated_code_is_what_the_specs_say() -> None:
    checked = check(ROOT)
    assert not checked.findings
    assert disk.compare(ROOT / "generated", generate(checked.project, checked.workflows)).is_clean


def test_compiling_twice_gives_the_same_files() -> None:
    first, second = check(ROOT), check(ROOT)
    assert generate(first.project, first.workflows) == generate(second.project, second.workflows)


@pytest.mark.parametrize("part", range(PARTS))
async def test_scenarios_and_their_histories(part: int) -> None:
    scenarios, findings, _ = read_scenarios(ROOT / "specs" / "tests", ROOT)
    assert not findings
    checked, ran = check(ROOT), dict[str, Ran]()
    workflows = sorted(workflow.name for workflow in checked.workflows)
    assert {scenario.workflow for scenario in scenarios} == set(workflows), "a workflow has no scenarios"
    own = [workflow for workflow in checked.workflows if workflows.index(workflow.name) % PARTS == part]
    scenarios = [each for each in scenarios if each.workflow in {workflow.name for workflow in own}]
    examples = signal_examples(checked.project)

    async def on_the_server(some: list[Scenario]) -> list[Outcome]:
        city = await LocalCity.open(ROOT / "generated", examples=examples)
        try:
            return await run_all(city, some, at_once=5)  # more of them answer late, and are no sooner done
        finally:
            await city.stop()

    with measured(ROOT / "generated", ran):
        outcomes = await on_the_server(scenarios)
    await replay(ROOT / "generated", outcomes)
    wrong = [f"{o.scenario.file}:{o.scenario.line} {o.scenario.name}: {text}" for o in outcomes for text in o.wrong]
    assert not wrong, "\n".join(wrong)
    wrong = await asyncio.to_thread(wrong_here, compiled_place(ROOT / "generated", examples), outcomes)
    assert not wrong, "in this process\n" + "\n".join(wrong)
    different = await differences(ROOT / "generated", examples, outcomes, on_the_server)
    assert not different, "on the server, and in this process\n" + "\n".join(different)
    found = exercised_by(ROOT / "generated", own, ran, outcomes)
    missed = [f"{each.workflow.file}:{p.line} {p.kind} {p.name}" for each in found for p in each.missed]
    assert not missed, "no scenario reaches\n" + "\n".join(missed)
    assert not [(each.workflow.file, name) for each in found for name in each.idle], "excuses for what is reached"
