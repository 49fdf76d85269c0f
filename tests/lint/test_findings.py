"""What becomes of findings: how much they weigh, where they apply, and what happens when a rule fails."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from cityos_compiler import ir
from cityos_compiler.findings.catalog import names
from cityos_compiler.findings.lines import comments
from cityos_compiler.passes import check
from cityos_compiler.rules import RULES
from cityos_compiler.rules.base import rule
from hypothesis import given
from hypothesis import strategies as st

from cityos_dsl.diagnostics import Finding, Severity, Span
from cityos_dsl.project import Project

BASE = Path(__file__).parent / "base"
ORDER = "specs/workflows/order/wf-001-order.yaml"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """The base with one mistake of a rule: a queue that nobody listens on."""
    root = tmp_path / "project"
    shutil.copytree(BASE, root)
    _replace(root / ORDER, "task_queue: shop\n", "task_queue: shp\n")
    return root


def _replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def _configure(root: Path, lint: str) -> None:
    _replace(root / "specs/cityos.yaml", "name: lint-base\n", f"name: lint-base\nlint: {lint}\n")


@pytest.mark.parametrize(
    ("lint", "severity"),
    [
        ("{}", Severity.ERROR),
        ("{severity: {QUEUE: warning}}", Severity.WARNING),
        ("{severity: {all: warning, QUEUE: note}}", Severity.NOTE),
        ("{severity: {QUEUE: note, QUEUE001: warning}}", Severity.WARNING),
        ("{ignore: [QUEUE], select: [QUEUE001]}", Severity.ERROR),
        ("{ignore: [all], per_path: {specs/workflows/*: {select: [QUEUE001]}}}", Severity.ERROR),
        ("{per_path: {specs/systems/*: {ignore: [QUEUE001]}}}", Severity.ERROR),
    ],
)
def test_the_nearest_name_decides(project: Path, lint: str, severity: Severity) -> None:
    _configure(project, lint)
    assert [(f.code, f.severity) for f in check(project).findings] == [("QUEUE001", severity)]


def test_what_weighs_less_than_an_error_does_not_stop_the_compiler(project: Path) -> None:
    assert check(project).has_errors
    _configure(project, "{severity: {QUEUE001: warning}}")
    assert not check(project).has_errors


def test_an_unused_suppression_is_only_said_where_the_rules_ran(project: Path) -> None:
    _replace(project / ORDER, "task_queue: shp\n", "task_queue: shop  # cityosc: ignore[QUEUE001] why not\n")
    assert [f.code for f in check(project).findings] == ["LINT004"]
    _replace(project / ORDER, "do: reserveStock", "do: reserveStok")
    assert [f.code for f in check(project).findings] == ["NAME002"]


@pytest.fixture
def broken_rules() -> Iterator[None]:
    """Two rules that fail, one of them after it found something."""
    names()  # the catalogue is made once, and without these

    @rule("AAA001", "Fails", "", bad="", good="")
    def check_first(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
        yield Finding("AAA001", "found before it failed", _summary(workflow, project))
        raise KeyError("first")

    @rule("ZZZ001", "Fails", "", bad="", good="")
    def check_second(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
        yield from ()
        raise RecursionError

    yield
    del RULES["AAA001"], RULES["ZZZ001"]


def _summary(workflow: ir.Workflow, project: Project) -> Span:
    return next(spec.summary.span for file, spec in project.workflows if file == workflow.file)


@pytest.mark.usefixtures("broken_rules")
def test_a_rule_that_fails_is_a_finding_and_hides_no_other(project: Path) -> None:
    found = [(f.code, f.severity, f.message) for f in check(project).findings if f.span.file == ORDER]
    assert [code for code, _, _ in found] == ["INTERNAL001", "INTERNAL001", "AAA001", "QUEUE001"]
    assert all(severity is Severity.ERROR for _, severity, _ in found)
    assert [message for _, _, message in found[:2]] == [
        "the rule AAA001 failed with KeyError: 'first'",
        "the rule ZZZ001 failed with RecursionError: ",
    ]


def test_comments_are_told_from_texts() -> None:
    text = (
        "# a\nb: 'it''s # no'  # c\nd: |  # e\n  # no\n# f\ng: >-\n  x\n\n  # no\n # h\ni: no#no # j\nk: {l: m,  # n\n"
        '  o: "no\n  # no"}  #p\n'
    )
    assert [comment.text[1:].strip() for comment in comments(text)] == list("acefhjnp")


@given(st.text(alphabet="ab#'\"|>- :\n\t{}[]\u2028é", max_size=60))
def test_comments_never_raise(text: str) -> None:
    for comment in comments(text):
        assert comment.text.startswith("#")
