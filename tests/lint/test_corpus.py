"""Faulty specs, one mistake a case: each gives exactly one finding, at the characters that are wrong."""

from __future__ import annotations

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from cityos_compiler.findings.catalog import catalog
from cityos_compiler.passes import check

from cityos_dsl.diagnostics import Finding
from tests.lint.corpus import BASE, CASES, CLEAN, broken

ROOT = Path(__file__).parents[2]


def _shown(findings: list[Finding]) -> list[str]:
    """The findings as lines that an assertion can print."""
    return [f"{f.code} {f.span.file}:{f.span.line}:{f.span.column} {f.message} ({f.help})" for f in findings]


def test_the_base_is_clean() -> None:
    checked = check(BASE)
    assert _shown(checked.findings) == []
    assert [workflow.id for workflow in checked.workflows] == ["WF-001", "WF-002"]


def test_cases_have_names_of_their_own_and_every_code_has_one() -> None:
    names = [case["name"] for case in CASES]
    assert sorted(set(names)) == sorted(names)
    # A rule's failure is no mistake of a spec, and scenarios are read, and run, by `cityosc test`.
    assert {case["expect"]["code"] for case in CASES} == catalog().keys() - {"INTERNAL001", "TEST001", "COVER001"}


def test_every_code_in_the_sources_is_documented_and_every_documented_one_is_there() -> None:
    sources = [path for folder in ("cityos_dsl", "compiler") for path in (ROOT / folder).rglob("*.py")]
    named = {code for path in sources for code in re.findall(r'"([A-Z]{3,}\d{3})"', path.read_text(encoding="utf-8"))}
    assert named == catalog().keys()


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_one_mistake_is_one_finding_at_its_place(case: dict[str, Any], tmp_path: Path) -> None:
    root = tmp_path / "project"
    shutil.copytree(BASE, root)
    broken(root, case)
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
    broken(root, case)
    assert _shown(check(root).findings) == []
