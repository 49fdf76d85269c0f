"""`cityosc fmt` and `lint --fix` on files: what is written, what is shown, and how they exit."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cityos_compiler.cli.main import main

BASE = Path(__file__).parents[1] / "lint" / "base"
WORKFLOW = "specs/workflows/order/wf-001-order.yaml"


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    shutil.copytree(BASE, tmp_path, dirs_exist_ok=True)
    monkeypatch.chdir(tmp_path)
    assert main(["fmt"]) == 0
    return tmp_path


def _untidy(project: Path) -> tuple[Path, str]:
    path = project / WORKFLOW
    tidy = path.read_text(encoding="utf-8")
    path.write_text(tidy.replace("summary: ", "summary:    ").replace("\n\n", "\n\n\n"), encoding="utf-8")
    return path, tidy


def test_fmt_writes_what_is_untidy_and_nothing_else(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, tidy = _untidy(project)
    path.chmod(0o640)
    capsys.readouterr()
    assert main(["fmt"]) == 0
    assert path.read_text(encoding="utf-8") == tidy
    assert path.stat().st_mode & 0o777 == 0o640
    assert capsys.readouterr().out == f"formatted {WORKFLOW}\n13 specs, 1 changed\n"
    assert [each.name for each in path.parent.iterdir() if each.name.startswith(".")] == []


def test_check_and_diff_write_nothing(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path, _ = _untidy(project)
    untidy = path.read_text(encoding="utf-8")
    capsys.readouterr()
    assert main(["fmt", "--check", "specs/types"]) == 0
    assert main(["fmt", "--check", str(path)]) == 1
    assert f"would format {WORKFLOW}" in capsys.readouterr().out
    assert main(["fmt", "--diff"]) == 1
    shown = capsys.readouterr().out
    assert f"--- a/{WORKFLOW}" in shown
    assert "\n-summary:    " in shown
    assert path.read_text(encoding="utf-8") == untidy


def test_what_cannot_be_read_stays_as_it_is(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = project / WORKFLOW
    path.write_text("id: [\n", encoding="utf-8")
    (project / "specs" / "types" / "bytes.yaml").write_bytes(b"types: \xff\n")
    assert main(["fmt"]) == 1
    assert path.read_text(encoding="utf-8") == "id: [\n"
    assert (project / "specs" / "types" / "bytes.yaml").read_bytes() == b"types: \xff\n"
    shown = capsys.readouterr().err
    assert "YAML001" in shown
    assert "this is not UTF-8 text" in shown


def test_a_path_outside_of_the_project_is_refused(project: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["fmt", "/"]) == 1
    assert "outside of the project" in capsys.readouterr().err


def test_a_new_project_is_formatted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert main(["new", str(tmp_path / "shop")]) == 0
    monkeypatch.chdir(tmp_path / "shop")
    assert main(["fmt", "--diff"]) == 0
