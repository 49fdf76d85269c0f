"""A project in memory says after every edit what a full check says."""

from __future__ import annotations

import random
import re
import shutil
from pathlib import Path

import pytest
from cityos_compiler import ir
from cityos_compiler.passes import check
from cityos_compiler.workspace import Workspace

ROOT = Path(__file__).parents[1]
TOWN = ROOT / "tests" / "golden" / "town"
BASE = ROOT / "tests" / "lint" / "base"


def edited_at_random(text: str, chance: random.Random, kinds: int = 7) -> str:
    """The text after something that happens while typing."""
    words = list(re.finditer(r"[A-Za-z_]{3,}", text))
    word = chance.choice(words)
    lines = text.split("\n")
    line = chance.randrange(len(lines))
    kind = chance.randrange(kinds)
    if kind == 0:  # a letter is missing
        return text[: word.start() + 1] + text[word.start() + 2 :]
    if kind == 1:  # another word of the file
        return text[: word.start()] + chance.choice(words)[0] + text[word.end() :]
    if kind == 2:
        return "\n".join(lines[:line] + lines[line + 1 :])
    if kind == 3:
        return "\n".join([*lines[:line], chance.choice(lines), *lines[line:]])
    if kind == 4:
        return text[: chance.randrange(len(text))]
    if kind == 5:
        return "\n".join(["# a comment", *lines])
    place = chance.randrange(len(text))
    return text[:place] + chance.choice("[]{}:#\"'!?.- \n") + text[place:]


@pytest.mark.parametrize(("root", "edits"), [(BASE, 50), (TOWN, 20), (ROOT, 10)], ids=["base", "town", "city"])
def test_random_edits_give_the_findings_of_a_full_check(root: Path, edits: int, tmp_path: Path) -> None:
    shutil.copytree(root / "specs", tmp_path / "specs")
    workspace = Workspace.at(tmp_path)
    chance = random.Random(edits)
    files = sorted(file for file in workspace.texts if not file.startswith("specs/tests/"))
    workflows = [file for file in files if file.startswith("specs/workflows/")]
    for _ in range(edits):
        file = chance.choice(workflows if chance.random() < 0.7 else files)
        before = workspace.texts[file]
        assert before is not None
        workspace.texts[file] = edited_at_random(before, chance)
        (tmp_path / file).write_text(workspace.texts[file] or "", encoding="utf-8")
        full, fast = check(tmp_path), workspace.check()
        assert fast.findings == full.findings
        assert [ir.digest(each) for each in fast.workflows] == [ir.digest(each) for each in full.workflows]
        if chance.random() < 0.8:  # back again, mostly: or every check is of a heap of rubble
            workspace.texts[file] = before
            (tmp_path / file).write_text(before, encoding="utf-8")


def test_a_file_that_comes_or_goes_is_noticed(tmp_path: Path) -> None:
    shutil.copytree(BASE / "specs", tmp_path / "specs")
    workspace = Workspace.at(tmp_path)
    signals = "specs/signals/shop.yaml"
    text = (tmp_path / signals).read_text(encoding="utf-8")
    (tmp_path / signals).unlink()
    workspace.read_from_disk(signals)
    assert workspace.check().findings == check(tmp_path).findings != []
    (tmp_path / signals).write_text(text, encoding="utf-8")
    workspace.read_from_disk(signals)
    assert workspace.check().findings == check(tmp_path).findings == []


GUIDE = "specs/workflows/words/wf-902-guide.yaml"


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("input:\n", "input:\n  lantern: bool\n"),
        ("workflow: GuideWorkflow", "workflow: GuidingWorkflow"),
        ("return:", "return: {lantern: 1} #"),
        ("trigger:", "trigger: {event: visitor.came} #"),
    ],
    ids=["input", "name", "output", "trigger"],
)
def test_what_others_see_of_a_workflow_is_checked_in_them_too(old: str, new: str, tmp_path: Path) -> None:
    shutil.copytree(TOWN / "specs", tmp_path / "specs")
    workspace = Workspace.at(tmp_path)
    assert workspace.check().findings == []
    text = workspace.texts[GUIDE]
    assert text is not None
    assert old in text
    for after in (text.replace(old, new, 1), text):
        workspace.texts[GUIDE] = after
        (tmp_path / GUIDE).write_text(after, encoding="utf-8")
        fast, full = workspace.check(), check(tmp_path)
        assert fast.findings == full.findings
        assert [ir.digest(each) for each in fast.workflows] == [ir.digest(each) for each in full.workflows]
