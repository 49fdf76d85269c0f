"""Cities of any size: the real specs, and copies of their workflows with ids, names and events of their own."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]


def grow(folder: Path, number: int) -> int:
    """Make a project of ``number`` specs in the folder; returns how many there are.

    Below the size of the real city it is the tests' town of eleven specs.
    """
    if number < _size(ROOT):
        shutil.copytree(ROOT / "tests" / "lint" / "base" / "specs", folder / "specs")
        return _size(folder)
    shutil.copytree(ROOT / "specs", folder / "specs", ignore=shutil.ignore_patterns("tests"))
    workflows = sorted((folder / "specs" / "workflows").rglob("*.yaml"))
    texts = [path.read_text(encoding="utf-8") for path in workflows]
    events = (ROOT / "specs" / "events.yaml").read_text(encoding="utf-8")
    (folder / "specs" / "events").mkdir()
    copy = 0
    while (size := _size(folder)) < number:
        copy += 1
        (folder / "specs" / "events" / f"copy-{copy}.yaml").write_text(_own(events, events, copy), encoding="utf-8")
        for path, text in list(zip(workflows, texts, strict=True))[: number - size - 1]:
            there = path.with_name(f"copy-{copy}-{path.name}")
            there.write_text(_own(text, events, copy), encoding="utf-8")
    return size


def _own(text: str, events: str, copy: int) -> str:
    """A text that speaks of a copy's workflows and events where it spoke of the real ones."""
    names = sorted(yaml.safe_load(events)["events"], key=len, reverse=True)
    text = re.sub(r"\bWF-(\d+)\b", lambda found: f"WF-{copy * 1000 + int(found[1])}", text)
    text = re.sub(r"\b([A-Z]\w+Workflow)\b", lambda found: f"Copy{copy}{found[1]}", text)
    return re.sub(rf"(?<![\w.])({'|'.join(map(re.escape, names))})(?![\w.])", rf"copy{copy}.\1", text)


def _size(folder: Path) -> int:
    """How many specs lint reads: scenarios are no specs."""
    return sum("tests" not in path.relative_to(folder).parts for path in (folder / "specs").rglob("*.yaml"))
