"""The city's scenario tests, on the real Temporal server in virtual time; every history replays on generated code."""

from __future__ import annotations

from pathlib import Path

from cityos_compiler import disk
from cityos_compiler.backends.python.generate import generate
from cityos_compiler.cli.scenarios import signal_examples
from cityos_compiler.passes import check
from cityos_compiler.scenarios.coverage.report import Ran, exercised_by, measured
from cityos_compiler.scenarios.model import read_scenarios
from cityos_compiler.scenarios.replaying import replay
from cityos_compiler.scenarios.runner import run_all
from cityos_runtime.local import LocalCity

ROOT = Path(__file__).parents[1]


def test_generated_code_is_what_the_specs_say() -> None:
    checked = check(ROOT)
    assert not checked.findings
    assert disk.compare(ROOT / "generated", generate(checked.project, checked.workflows)).is_clean


def test_compiling_twice_gives_the_same_files() -> None:
    first, second = check(ROOT), check(ROOT)
    assert generate(first.project, first.workflows) == generate(second.project, second.workflows)


async def test_scenarios_and_their_histories() -> None:
    scenarios, findings, _ = read_scenarios(ROOT / "specs" / "tests", ROOT)
    assert not findings
    assert len({scenario.workflow for scenario in scenarios}) == len(check(ROOT).workflows), (
        "a workflow has no scenarios"
    )
    checked, ran = check(ROOT), dict[str, Ran]()
    with measured(ROOT / "generated", ran):
        city = await LocalCity.open(ROOT / "generated", examples=signal_examples(checked.project))
        try:
            outcomes = await run_all(city, scenarios)
        finally:
            await city.stop()
    await replay(ROOT / "generated", outcomes)
    assert all(outcome.history is not None for outcome in outcomes)
    wrong = [f"{o.scenario.file}:{o.scenario.line} {o.scenario.name}: {text}" for o in outcomes for text in o.wrong]
    assert not wrong, "\n".join(wrong)
    found = exercised_by(ROOT / "generated", checked.workflows, ran, outcomes)
    missed = [f"{each.workflow.file}:{p.line} {p.kind} {p.name}" for each in found for p in each.missed]
    assert not missed, "no scenario reaches\n" + "\n".join(missed)
    assert not [(each.workflow.file, name) for each in found for name in each.idle], "excuses for what is reached"
