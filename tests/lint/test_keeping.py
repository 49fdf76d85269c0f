"""A check that keeps its parts finds after every edit what one finds that keeps nothing, byte for byte."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path

import pytest
from cityos_compiler.findings.cache import read_sources
from cityos_compiler.heads import Head
from cityos_compiler.keeping.check import check_sources
from cityos_compiler.keeping.pickled import dumps, loads
from cityos_compiler.parts import Part, Workflows
from cityos_compiler.passes import check

from tests.lint.corpus import BASE, CASES, broken
from tests.lint.hostile import mutated
from tests.lint.kept import Project
from tests.test_workspace import edited_at_random

ROOT = Path(__file__).parents[2]
TOWN = ROOT / "tests" / "golden" / "town"
CITY = "specs/cityos.yaml"
pytestmark = pytest.mark.usefixtures("empty_cache")


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """The files of the workflows that are checked anew."""
    files: list[str] = []
    whole = Workflows.part

    def part(self: Workflows, head: Head) -> Part:
        files.append(head.file.rpartition("/")[2])
        return whole(self, head)

    monkeypatch.setattr(Workflows, "part", part)
    yield files


@pytest.mark.parametrize(("source", "edits", "seed"), [(BASE, 40, 1), (TOWN, 15, 2), (TOWN, 15, 3), (ROOT, 3, 4)])
def test_random_edits_of_all_kinds_of_files(source: Path, edits: int, seed: int, tmp_path: Path) -> None:
    project = Project(source, tmp_path)
    chance = random.Random(seed)
    sound = {file: (project.root / file).read_bytes() for file in project.files}
    gone = dict[str, bytes]()
    for number in range(edits):
        file = chance.choice(project.files)
        path = project.root / file
        kind = chance.random()
        if kind < 0.1 and file != CITY:
            gone[file] = path.read_bytes()
            path.unlink()
        elif kind < 0.2 and file.startswith("specs/workflows/"):  # another one of the same name, or with another id
            text = path.read_text(encoding="utf-8", errors="replace")
            if chance.random() < 0.7:
                text = text.replace("id: WF-", f"id: WF-{number}", 1).replace("workflow: ", f"workflow: No{number}", 1)
            path.with_name(f"copy-{number}.yaml").write_text(text, encoding="utf-8")
        elif kind < 0.25:
            path.write_bytes(mutated(chance, path.read_bytes()))
        else:
            text = path.read_text(encoding="utf-8", errors="replace")
            path.write_text(edited_at_random(text, chance) if text else "", encoding="utf-8")
        project.agrees()
        if chance.random() < 0.6:  # back again, mostly: or every check is of a heap of rubble
            for back in project.files:
                if back not in sound:
                    (project.root / back).unlink()
                elif chance.random() < 0.8:
                    (project.root / back).write_bytes(sound[back])
            for back, data in gone.items():
                (project.root / back).write_bytes(data)
            gone.clear()
            project.agrees()


def test_the_mistakes_of_the_corpus_come_and_go(tmp_path: Path) -> None:
    project = Project(BASE, tmp_path)
    sound = {file: (project.root / file).read_bytes() for file in project.files}
    for case in random.Random(5).sample(CASES, 40):
        broken(project.root, case)
        project.agrees()
        for file in project.files:
            (project.root / file).write_bytes(sound[file]) if file in sound else (project.root / file).unlink()
    assert project.agrees() == "[]"


@pytest.mark.parametrize(
    ("file", "old", "new", "again"),
    [
        ("workflows/words/wf-906-stroll.yaml", "summary:", "# a\nsummary:", ["wf-906-stroll.yaml"]),
        ("signals/town.yaml", "signals:", "# a\nsignals:", None),
        ("models/town.yaml", "system:", "# a\nsystem:", []),
        ("systems/town.yaml", "system:", "# a\nsystem:", None),
    ],
    ids=["workflow", "signals", "models", "system"],
)
def test_only_what_an_edit_can_change_is_checked_again(
    file: str, old: str, new: str, again: list[str] | None, tmp_path: Path, made: list[str]
) -> None:
    project = Project(TOWN, tmp_path)
    check_sources(project.root, read_sources(project.root), project.cache)
    every = sorted(made)
    made.clear()
    project.replace(f"specs/{file}", old, new)
    check_sources(project.root, read_sources(project.root), project.cache)
    assert again is None or made == again
    assert set(made) <= set(every)
    assert len(made) < len(every) or again is None


def test_two_that_check_at_once_and_one_that_is_late_do_no_harm(tmp_path: Path) -> None:
    project = Project(TOWN, tmp_path)
    project.agrees()
    kept = next((tmp_path / "cache").glob("lint/*/parts/*"))
    late = kept.read_bytes()
    project.replace("specs/systems/town.yaml", "system:", "# a\nsystem:")
    project.agrees()
    kept.write_bytes(late)  # another process, which saw the specs before the edit, writes after this one
    project.agrees()
    project.replace("specs/workflows/words/wf-902-guide.yaml", "input:\n", "input:\n  lantern: bool\n")
    kept.write_bytes(late)
    assert project.agrees() != "[]"


def test_what_is_kept_is_read_as_it_was(tmp_path: Path) -> None:
    project = Project(TOWN, tmp_path)
    findings = check(project.root).findings
    project.replace("specs/workflows/words/wf-902-guide.yaml", "input:\n", "input:\n  lantern: bool\n")
    findings = check(project.root).findings
    assert loads(dumps(findings)) == findings != []
