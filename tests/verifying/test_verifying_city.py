"""Faults that are seeded into a workflow of the city are found; `benchmarks/verifying.py` does it with five."""

from __future__ import annotations

import importlib
from pathlib import Path
from typing import Any

import pytest
from cityos_compiler.scenarios.model import read_scenarios
from cityos_compiler.workspace import Workspace

ROOT = Path(__file__).parents[2]
NUMBER = "WF-059"


@pytest.fixture
def seeding(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(ROOT / "benchmarks"))
    return importlib.import_module("verifying")


def test_every_seeded_fault_of_a_workflow_is_found(seeding: Any) -> None:
    workspace = Workspace.at(ROOT)
    scenarios, _, _ = read_scenarios(ROOT / "specs" / "tests", ROOT)
    file = next(name for name, text in workspace.texts.items() if f"id: {NUMBER}\n" in (text or ""))
    text = workspace.texts[file]
    assert seeding.found(workspace, scenarios, file, text, NUMBER).violations == []
    kinds = set()
    for kind, line, mutant in seeding.mutants(file, text):
        kinds.add(kind)
        report = seeding.found(workspace, scenarios, file, mutant, NUMBER)
        assert report.violations, f"{kind} at line {line}"
        assert all(problem.timeline for problem in report.violations)
    assert kinds == {"a compensation removed", "two steps swapped around a pivot", "a timeout dropped"}
