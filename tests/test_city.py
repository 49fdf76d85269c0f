"""The city's scenario tests, on the real Temporal server in virtual time; every history replays on generated code."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from cityos_compiler import disk
from cityos_compiler.backends.python.generate import generate
from cityos_compiler.cli.scenarios import signal_examples
from cityos_compiler.passes import check
from cityos_compiler.scenarios.model import read_scenarios
from cityos_compiler.scenarios.runner import run_all
from cityos_runtime.local import LocalCity
from cityos_runtime.worker import PASSED_THROUGH, load_workflows
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Replayer
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

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
    city = await LocalCity.open(ROOT / "generated", examples=signal_examples(check(ROOT).project))
    try:
        outcomes = await run_all(city, scenarios)
    finally:
        await city.stop()
    wrong = [f"{o.scenario.file}:{o.scenario.line} {o.scenario.name}: {text}" for o in outcomes for text in o.wrong]
    assert not wrong, "\n".join(wrong)
    sys.path.insert(0, str(ROOT / "generated"))
    restrictions = SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
    replayer = Replayer(
        workflows=[workflow for workflows in load_workflows(ROOT / "generated").values() for workflow in workflows],
        data_converter=pydantic_data_converter,
        workflow_runner=SandboxedWorkflowRunner(restrictions=restrictions),
    )
    for outcome in outcomes:
        assert outcome.history is not None
        result = await replayer.replay_workflow(outcome.history, raise_on_replay_failure=False)
        assert result.replay_failure is None, f"{outcome.scenario.name}: {result.replay_failure}"


@pytest.mark.parametrize("change", [("capturePayment", "capturePaymnt"), ("input.order_id", "input.order_idd")])
def test_a_broken_spec_does_not_compile(change: tuple[str, str], tmp_path: Path) -> None:
    import shutil

    shutil.copytree(ROOT / "specs", tmp_path / "specs")
    path = tmp_path / "specs/workflows/order/wf-001-order-placement.yaml"
    path.write_text(path.read_text(encoding="utf-8").replace(f"do: {change[0]}", f"do: {change[1]}", 1)
                    .replace(change[0], change[1], 1), encoding="utf-8")  # fmt: skip
    assert check(tmp_path).has_errors
