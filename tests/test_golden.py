"""A small town whose workflows use every word of the language: its generated code is read, type-checked and run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from cityos_compiler import disk, ir
from cityos_compiler.backends.python.generate import generate
from cityos_compiler.passes import check

from cityos_dsl.spec import steps

TOWN = Path(__file__).parent / "golden" / "town"


def test_the_generated_code_is_the_one_on_disk() -> None:
    checked = check(TOWN)
    assert not checked.findings
    assert disk.compare(TOWN / "generated", generate(checked.project, checked.workflows)).is_clean


def test_it_uses_every_kind_of_step() -> None:
    used = {type(step) for workflow in check(TOWN).workflows for step in ir.all_steps(workflow)}
    words = {kind.__name__ for kind in steps.Step.__subclasses__()}
    calls = {"Call", "Start"} if ir.Child in used else set()
    assert words - {kind.__name__ for kind in used} - calls == {"Signal"}  # `signal` lowers to SendSignal
    assert ir.SendSignal in used


def test_the_generated_code_is_typed() -> None:
    mypy = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", os.devnull, "-p", "cityos_generated"]
    done = subprocess.run(mypy, cwd=TOWN / "generated", capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("how", [[], ["--interpreted"]], ids=["compiled", "interpreted"])
def test_its_scenarios_pass_and_their_histories_replay(how: list[str], tmp_path: Path) -> None:
    # In a process of its own: the city's generated package has the same name.
    done = subprocess.run(
        [sys.executable, "-c", "from cityos_compiler.cli.main import run; run()", "test", *how],
        cwd=TOWN, capture_output=True, text=True, check=False,
        env={**os.environ, "CITYOSC_DEFINITIONS": str(tmp_path)},
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
    assert "0 failed" in done.stdout
