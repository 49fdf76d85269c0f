"""Faulty specs, one mistake a case: each gives exactly one finding, at the characters that are wrong."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import pytest
import yaml
from cityos_compiler.codes import CODES
from cityos_compiler.passes import check
from cityos_compiler.rules import all_rules

from cityos_dsl.diagnostics import Finding
from cityos_dsl.expr.errors import CODES as EXPRESSION_CODES

HERE = Path(__file__).parent
BASE = HERE / "base"


def _cases(folder: str) -> list[dict[str, Any]]:
    return [
        {**case, "name": f"{path.stem}/{case['name']}"}
        for path in sorted((HERE / folder).glob("*.yaml"))
        for case in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


CASES = _cases("cases")
CLEAN = _cases("clean")


def _shown(findings: list[Finding]) -> list[str]:
    """The findings as lines that an assertion can print."""
    return [f"{f.code} {f.span.file}:{f.span.line}:{f.span.column} {f.message} ({f.help})" for f in findings]


def _break(root: Path, case: dict[str, Any]) -> None:
    """Make the case's one change in a copy of the base; what it needs besides stands under ``also``."""
    for more in case.get("also", ()):
        _break(root, {"file": case["file"], **more})
    file = root / case["file"]
    if "text" in case:
        file.write_text(case["text"], encoding="utf-8")
        return
    text = file.read_text(encoding="utf-8")
    assert text.count(case["replace"]) == 1, f"the text to replace stands {text.count(case['replace'])} times"
    mistake = case["with"] * case.get("times", 1)
    file.write_text(text.replace(case["replace"], mistake), encoding="utf-8")


def test_the_base_is_clean() -> None:
    checked = check(BASE)
    assert _shown(checked.findings) == []
    assert [workflow.id for workflow in checked.workflows] == ["WF-001", "WF-002"]


def test_cases_have_names_of_their_own_and_known_codes() -> None:
    names = [case["name"] for case in CASES]
    assert sorted(set(names)) == sorted(names)
    known = {*CODES, *EXPRESSION_CODES, *all_rules()}
    assert {case["expect"]["code"] for case in CASES} <= known


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_one_mistake_is_one_finding_at_its_place(case: dict[str, Any], tmp_path: Path) -> None:
    root = tmp_path / "project"
    shutil.copytree(BASE, root)
    _break(root, case)
    findings = check(root).findings
    expect = case["expect"]
    assert len(findings) == 1, "\n".join(_shown(findings)) or "nothing was found"
    found = findings[0]
    place = (found.code, found.span.file, found.span.line, found.span.column)
    wanted = (expect["code"], expect.get("file", case["file"]), expect["line"], expect["column"])
    assert place == wanted, _shown(findings)
    assert expect.get("message_contains", "") in found.message
    assert expect.get("help_contains", "") in (found.help or "")
    for wanted_path, related in zip(expect.get("path", ()), found.related, strict="path" in expect):
        assert wanted_path in f"{related.span.line}: {related.message}"


@pytest.mark.parametrize("case", CLEAN, ids=[case["name"] for case in CLEAN])
def test_what_is_right_gives_no_finding(case: dict[str, Any], tmp_path: Path) -> None:
    root = tmp_path / "project"
    shutil.copytree(BASE, root)
    _break(root, case)
    assert _shown(check(root).findings) == []
