"""Fixes: what is offered for a finding, and what `lint --fix` dares."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cityos_compiler.cli.main import main
from cityos_compiler.fixes.apply import fix_project
from cityos_compiler.fixes.nearest import with_fixes
from cityos_compiler.passes import check
from cityos_compiler.workspace import Workspace

BASE = Path(__file__).parents[1] / "lint" / "base"
WORKFLOW = "specs/workflows/order/wf-001-order.yaml"

OBVIOUS = {
    "operation": ("- do: createDelivery\n", "- do: createDelivry\n"),
    "key": ("compensate: cancelDelivery", "compensat: cancelDelivery"),
    "key in another case": ("task_queue: ", "taskQueue: "),
    "word of a step": ("  - do: createDelivery\n", "  - dos: createDelivery\n"),
    "expression": ("input.order_id", "input.oder_id"),
}


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(BASE, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    assert main(["fmt"]) == 0
    return tmp_path


def _broken(project: Path, right: str, wrong: str) -> str:
    path = project / WORKFLOW
    text = path.read_text(encoding="utf-8")
    assert right in text
    path.write_text(text.replace(right, wrong, 1), encoding="utf-8")
    assert check(project).findings
    return text


@pytest.mark.parametrize("case", OBVIOUS)
def test_an_obvious_slip_is_mended(case: str, project: Path) -> None:
    before = _broken(project, *OBVIOUS[case])
    assert main(["lint", "--fix"]) == 0
    assert (project / WORKFLOW).read_text(encoding="utf-8") == before


def test_diff_shows_the_fix_and_writes_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _broken(project, *OBVIOUS["operation"])
    broken = (project / WORKFLOW).read_text(encoding="utf-8")
    capsys.readouterr()
    assert main(["lint", "--fix", "--diff"]) == 1
    shown = capsys.readouterr().out
    assert "-  - do: createDelivry\n+  - do: createDelivery\n" in shown
    assert (project / WORKFLOW).read_text(encoding="utf-8") == broken


def test_what_may_be_two_names_is_offered_and_not_made(project: Path) -> None:
    types = project / "specs" / "types" / "shop.yaml"
    text = types.read_text(encoding="utf-8")
    types.write_text(text.replace("types:\n", "types:\n  Addresses: {fields: {a: string}}\n"), encoding="utf-8")
    _broken(project, "- do: createDelivery\n", "- do: createDeliver\n")
    workflow = project / "specs" / "workflows" / "order" / "wf-002-reminder.yaml"
    comment = "# createDelivers\n"
    workflow.write_text(comment + workflow.read_text(encoding="utf-8"), encoding="utf-8")
    checked = check(project)
    fixes = [fix for f in with_fixes(checked.findings, checked.project.texts) for fix in f.fixes]
    assert [(fix.title, fix.safe) for fix in fixes] == [("Replace `createDeliver` by `createDelivery`", False)]
    assert main(["lint", "--fix"]) == 1


def test_a_fix_that_would_bring_a_new_finding_is_not_made(project: Path) -> None:
    # the name that was meant is a step's already: mended, two steps would have one name
    _broken(project, "  - do: createDelivery\n", "  - do: reserveStok\n    no_undo: x\n  - do: createDelivery\n")
    workspace = Workspace.at(project)
    fixed = fix_project(workspace)
    assert fixed.made == []
    assert [f.code for f in fixed.checked.findings] == ["NAME002"]


def test_other_paths_are_left_alone(project: Path) -> None:
    _broken(project, *OBVIOUS["operation"])
    broken = (project / WORKFLOW).read_text(encoding="utf-8")
    assert main(["lint", "--fix", "wf-002-reminder.yaml"]) == 0
    assert (project / WORKFLOW).read_text(encoding="utf-8") == broken
