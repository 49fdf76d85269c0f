"""`cityosc lint` and `explain` as people and CI call them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import yaml
from cityos_compiler.cli.main import COMMANDS

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-c", "from cityos_compiler.cli.main import run; run()"]
ORDER = "specs/workflows/order/wf-001-order.yaml"


def cityosc(*arguments: str, folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run([*COMMAND, *arguments], cwd=folder, capture_output=True, text=True, timeout=120, check=False)


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small project with one mistake."""
    folder = tmp_path_factory.mktemp("city") / "shop"
    assert cityosc("new", str(folder), folder=folder.parent).returncode == 0
    path = folder / ORDER
    path.write_text(path.read_text(encoding="utf-8").replace("confirmOrder", "confirmOrdr"), encoding="utf-8")
    return folder


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ("human", "^" * 11),
        ("json", '"NAME002"'),
        ("sarif", '"ruleId": "NAME002"'),
        ("github", f"::error file={ORDER},line=12,endLine=12,col=9,endColumn=20,title=NAME002::"),
        ("junit", '<failure message="no system has an operation `confirmOrdr`" type="NAME002">'),
    ],
)
def test_every_format_says_it_at_its_place(project: Path, form: str, says: str) -> None:
    shown = cityosc("lint", "--format", form, folder=project)
    assert (shown.returncode, says in shown.stdout, "\x1b" in shown.stdout) == (1, True, False), shown.stdout


def test_findings_go_to_a_file_and_their_number_to_the_reader(project: Path, tmp_path: Path) -> None:
    report = tmp_path / "reports" / "lint.json"
    shown = cityosc("lint", "--format", "json", "--output", str(report), folder=project)
    assert (shown.returncode, shown.stdout) == (1, f"{report}: 1 error\n")
    assert [finding["code"] for finding in json.loads(report.read_text(encoding="utf-8"))] == ["NAME002"]
    assert [path.name for path in report.parent.iterdir()] == ["lint.json"]


def test_json_shows_the_fixes_of_a_finding_as_edits(project: Path) -> None:
    (finding,) = json.loads(cityosc("lint", "--format", "json", folder=project).stdout)
    edit = {"file": ORDER, "line": 12, "column": 9, "end_line": 12, "end_column": 20, "text": "confirmOrder"}
    assert finding["fixes"] == [{"title": "Replace `confirmOrdr` by `confirmOrder`", "safe": True, "edits": [edit]}]


def test_paths_narrow_what_is_shown(project: Path) -> None:
    for path in (ORDER, "specs/workflows", "wf-001-order.yaml", "specs/workflows/*"):
        assert cityosc("lint", path, folder=project).returncode == 1, path
    assert cityosc("lint", "specs/systems", folder=project).returncode == 0


def test_since_needs_git(project: Path) -> None:
    shown = cityosc("lint", "--since", "HEAD", folder=project)
    assert (shown.returncode, "no git repository" in shown.stderr) == (1, True)


@pytest.mark.parametrize("code", ["SAGA001", "name002", "EXPR012", "LINT004", "INTERNAL001"])
def test_explain_prints_the_page_of_a_code(code: str) -> None:
    shown = cityosc("explain", code, folder=ROOT)
    assert (shown.returncode, shown.stdout) == (0, (ROOT / f"docs/rules/{code.upper()}.md").read_text(encoding="utf-8"))


def test_explain_lists_codes_and_says_which_one_was_meant() -> None:
    assert "SAGA001      A side effect has no compensation\n" in cityosc("explain", folder=ROOT).stdout
    shown = cityosc("explain", "SAG001", folder=ROOT)
    assert (shown.returncode, "did you mean `SAGA001`?" in shown.stderr) == (2, True)


def test_hooks_and_action_call_commands_and_options_that_exist() -> None:
    hooks = yaml.safe_load((ROOT / ".pre-commit-hooks.yaml").read_text(encoding="utf-8"))
    action = (ROOT / "action.yml").read_text(encoding="utf-8")
    called = [hook["entry"] for hook in hooks] + re.findall(r"run: (cityosc .*)", action)
    assert {line.split()[1] for line in called} <= COMMANDS.keys()
    options = cityosc("lint", "--help", folder=ROOT).stdout
    assert all(
        option in options for option in re.findall(r"--[a-z-]+", " ".join(re.findall(r"run: (cityosc .*)", action)))
    )
    inputs = yaml.safe_load(action)["inputs"].keys()
    assert set(re.findall(r"inputs\.([\w-]+)", action)) == inputs
