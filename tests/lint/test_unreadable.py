"""Files that aren't there, can't be read or aren't text: one finding each, and none that only follows from it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from cityos_compiler.findings.cache import read_sources
from cityos_compiler.passes import check
from cityos_compiler.workspace import Workspace

from cityos_dsl.reading import spec_files

BASE = Path(__file__).parent / "base"
FILES = [path.relative_to(BASE).as_posix() for path in spec_files(BASE)]


def _is_no_text(path: Path) -> None:
    path.write_bytes(b"\xff\xfe" + path.read_bytes())


def _points_to_nothing(path: Path) -> None:
    path.unlink()
    path.symlink_to("nowhere.yaml")


def _points_to_itself(path: Path) -> None:
    """Stands for all that the system refuses to read; permissions don't hold for every user."""
    path.unlink()
    path.symlink_to(path)


def _is_no_yaml(path: Path) -> None:
    path.write_text(path.read_text(encoding="utf-8") + "\n]:{\n", encoding="utf-8")


@pytest.mark.parametrize("file", FILES)
@pytest.mark.parametrize(
    ("damage", "message"),
    [
        (_is_no_text, "this is not UTF-8 text"),
        (_points_to_nothing, "this points to a file that isn't there"),
        (_points_to_itself, "this file can't be read"),
        (_is_no_yaml, "this is not YAML"),
    ],
)
def test_a_file_that_cannot_be_read_is_one_finding(
    file: str, damage: Callable[[Path], None], message: str, tmp_path: Path
) -> None:
    root = tmp_path / "project"
    shutil.copytree(BASE, root)
    before = read_sources(root)
    damage(root / file)
    findings = check(root).findings
    assert [(f.code, f.span.file, f.message.partition(":")[0]) for f in findings] == [("YAML001", file, message)]
    assert Workspace.at(root).check().findings == findings
    assert read_sources(root) != before  # what was found before doesn't stand for it


def test_a_folder_may_be_called_like_a_file(tmp_path: Path) -> None:
    root = tmp_path / "project"
    shutil.copytree(BASE, root)
    (root / "specs/signals/more.yaml").mkdir()
    (root / "specs/workflows/more.yaml").mkdir()
    assert check(root).findings == []
    assert Workspace.at(root).check().findings == []
