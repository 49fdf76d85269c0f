"""The city's scenario tests, on the real Temporal server in virtual time; every history replays on generated code."""

from __future__ import annotations

import asyncio
import importlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cityos_compiler import disk
from cityos_compiler.backends.python.generate import generate
from cityos_compiler.cli.scenarios import signal_examples
from cityos_compiler.passes import check
from cityos_compiler.scenarios.coverage.measuring import Ran, measured
from cityos_compiler.scenarios.coverage.report import exercised_by
from cityos_compiler.scenarios.differing import compared
from cityos_compiler.scenarios.model import read_scenarios
from cityos_compiler.scenarios.outcome import Outcome
from cityos_compiler.scenarios.replaying import replay
from cityos_compiler.scenarios.runner import run_all
from cityos_compiler.scenarios.simulated import Place, simulate
from cityos_runtime.local import LocalCity, read_json
from cityos_runtime.sandbox import Sandbox
from cityos_runtime.virtual.programs import compiled_programs

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


COMPARED = bool(os.environ.get("CITY_COMPARED"))
"""Whether runs in this process are held to those on the server, order by order. On a machine that is busy with other
things some three runs in a thousand differ by the server's own timing."""


def _in_this_process(outcomes: list[Outcome], examples: dict[str, Any]) -> Iterator[str]:
    """What is wrong with the same scenarios in this process; compared, each is run at the pace of the server's run."""
    place = Place(
        compiled_programs(ROOT / "generated"),
        Sandbox(read_json(ROOT / "generated" / "systems.json")),
        read_json(ROOT / "generated" / "manifest.json"),
        examples,
        importlib.import_module("cityos_generated.dispatch").ROUTES,
    )
    for number, there in enumerate(outcomes):
        if there.happened is not None:
            if COMPARED:
                here, found = compared(place, there)
            else:
                here, found = simulate(place, there.scenario, number, there.happened.started), []
            for text in [*here.wrong, *found]:
                yield f"{there.scenario.file}:{there.scenario.line} {there.scenario.name}: {text}"


@pytest.mark.parametrize("part", range(PARTS))
async def test_scenarios_and_their_histories(part: int) -> None:
    scenarios, findings, _ = read_scenarios(ROOT / "specs" / "tests", ROOT)
    assert not findings
    checked, ran = check(ROOT), dict[str, Ran]()
    workflows = sorted(workflow.name for workflow in checked.workflows)
    assert {scenario.workflow for scenario in scenarios} == set(workflows), "a workflow has no scenarios"
    own = [workflow for workflow in checked.workflows if workflows.index(workflow.name) % PARTS == part]
    scenarios = [each for each in scenarios if each.workflow in {workflow.name for workflow in own}]
    with measured(ROOT / "generated", ran):
        city = await LocalCity.open(ROOT / "generated", examples=signal_examples(checked.project))
        try:
            outcomes = await run_all(city, scenarios, at_once=5)  # more of them answer late, and are no sooner done
        finally:
            await city.stop()
    await replay(ROOT / "generated", outcomes)
    wrong = [f"{o.scenario.file}:{o.scenario.line} {o.scenario.name}: {text}" for o in outcomes for text in o.wrong]
    assert not wrong, "\n".join(wrong)
    different = await asyncio.to_thread(lambda: list(_in_this_process(outcomes, signal_examples(checked.project))))
    assert not different, "on the server, and in this process\n" + "\n".join(different)
    found = exercised_by(ROOT / "generated", own, ran, outcomes)
    missed = [f"{each.workflow.file}:{p.line} {p.kind} {p.name}" for each in found for p in each.missed]
    assert not missed, "no scenario reaches\n" + "\n".join(missed)
    assert not [(each.workflow.file, name) for each in found for name in each.idle], "excuses for what is reached"
