"""`--since`: what a change can affect is shown, and nothing that it can't."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from cityos_compiler.findings.git import GitError, changed_specs
from cityos_compiler.findings.since import affected, reach
from cityos_compiler.passes import check

from tests.lint.corpus import BASE, CASES, Case, broken

ORDER = "specs/workflows/order/wf-001-order.yaml"
REMINDER = "specs/workflows/order/wf-002-reminder.yaml"
SHOP = "specs/systems/shop.yaml"


def _texts(root: Path) -> dict[str, str]:
    paths = sorted((root / "specs").rglob("*.yaml"))
    return {path.relative_to(root).as_posix(): path.read_text(encoding="utf-8") for path in paths}


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_every_finding_of_a_change_is_among_what_it_can_affect(case: Case, tmp_path: Path) -> None:
    root = tmp_path / "project"
    shutil.copytree(BASE, root)
    before = _texts(root)
    broken(root, case)
    now = _texts(root)
    changed = {file: before.get(file) for file in before.keys() | now.keys() if before.get(file) != now.get(file)}
    assert {finding.span.file for finding in check(root).findings} <= reach(changed, now)


def _reached(file: str, old: str, new: str) -> set[str]:
    now = _texts(BASE)
    assert old in now[file]
    return reach({file: now[file]}, {**now, file: now[file].replace(old, new)})


def test_a_changed_operation_reaches_the_workflows_that_do_it_and_no_others() -> None:
    reached = _reached(SHOP, "POST /deliveries", "POST /parcels")
    assert ORDER in reached
    assert "specs/systems/stall.yaml" not in reached


def test_a_changed_type_reaches_the_operations_and_workflows_that_have_it() -> None:
    assert {ORDER, REMINDER} <= _reached("specs/types/shop.yaml", "enum: [stripe, tap]", "enum: [stripe, tap, cash]")


def test_a_changed_workflow_reaches_the_one_that_calls_it() -> None:
    assert _reached(ORDER, "weight: double", "weight: decimal") >= {ORDER, REMINDER}


def test_what_nothing_names_reaches_nothing_else() -> None:
    assert _reached("specs/queries.yaml", "getOrderProgress", "getOrder") >= {"specs/queries.yaml", ORDER}
    assert _reached(REMINDER, "Remind a customer once", "Remind a customer") == {REMINDER}


def test_the_projects_defaults_reach_everything() -> None:
    assert _reached("specs/cityos.yaml", "attempts: 5", "attempts: 6") == set(_texts(BASE))


@pytest.fixture
def repository(tmp_path: Path) -> Path:
    root = tmp_path / "repository" / "city"
    shutil.copytree(BASE, root)
    _git(root.parent, "init", "-q")
    _git(root.parent, "add", ".")
    _git(root.parent, "-c", "user.name=n", "-c", "user.email=e@e", "commit", "-qm", "first")
    return root


def _git(folder: Path, *arguments: str) -> None:
    subprocess.run(["git", *arguments], cwd=folder, check=True)


def test_git_says_what_changed_what_is_new_and_what_is_gone(repository: Path) -> None:
    shop = (repository / SHOP).read_text(encoding="utf-8")
    (repository / SHOP).write_text(shop + "# more\n", encoding="utf-8")
    (repository / "specs/types/new.yaml").write_text("types: {}\n", encoding="utf-8")
    (repository / REMINDER).unlink()
    changed = changed_specs(repository, "HEAD")
    assert changed.keys() == {SHOP, "specs/types/new.yaml", REMINDER}
    assert changed[SHOP] == shop
    assert changed["specs/types/new.yaml"] is None
    assert affected(repository, {}, "HEAD") >= changed.keys()


def test_what_git_can_not_say_is_an_error(repository: Path, tmp_path: Path) -> None:
    for ref in ("nowhere", "--output=x", ""):
        with pytest.raises(GitError, match="git knows no commit"):
            changed_specs(repository, ref)
    with pytest.raises(GitError, match="no git repository"):
        changed_specs(tmp_path, "HEAD")
