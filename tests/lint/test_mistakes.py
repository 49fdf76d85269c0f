"""Mistakes as people make them, each in one of the city's own workflows: one finding, at the wrong words, with help."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from cityos_compiler.workspace import Workspace

ROOT = Path(__file__).parents[2]
MISTAKES: list[dict[str, Any]] = yaml.safe_load((Path(__file__).parent / "mistakes.yaml").read_text(encoding="utf-8"))


@pytest.fixture(scope="module")
def city() -> Workspace:
    workspace = Workspace.at(ROOT)
    assert workspace.check().findings == []
    return workspace


@pytest.mark.parametrize("mistake", MISTAKES, ids=[each["name"] for each in MISTAKES])
def test_one_mistake_in_a_real_workflow_is_one_finding(city: Workspace, mistake: dict[str, Any]) -> None:
    file = next(file for file in city.texts if file.endswith(f"/{mistake['file']}"))
    text = city.texts[file] or ""
    assert mistake["replace"] in text, "the workflow has changed: write the mistake anew"
    wrong = text.replace(mistake["replace"], mistake["with"], 1)
    findings = city.check({file: wrong}).findings
    assert [(found.code, found.span.file) for found in findings] == [(mistake["code"], file)], findings
    span = findings[0].span
    line = wrong.splitlines()[span.line - 1]
    end = span.end_column - 1 if span.line == span.end_line else len(line)
    assert line[span.column - 1 : end] == mistake["at"]
    assert mistake["help"] in (findings[0].help or "")
