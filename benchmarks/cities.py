"""Cities of any size: the real specs, and copies of their workflows with ids, names and events of their own."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import yaml

ROOT = Path(__file__).parents[1]


def grow(folder: Path, number: int) -> int:
    """Make a project of about ``number`` specs in the folder, not more; returns how many there are.

    Below the size of the real city it is one of the tests' towns: the small one, or copies of the other's workflows.
    """
    if number < _size(ROOT / "specs"):
        source = ROOT / "tests" / ("lint/base" if number < _SMALL else "golden/town") / "specs"
    else:
        source = ROOT / "specs"
    shutil.copytree(source, folder / "specs", ignore=shutil.ignore_patterns("tests"))
    size = _size(folder / "specs")
    if number < _SMALL:
        return size
    workflows = sorted((folder / "specs" / "workflows").rglob("*.yaml"))
    texts = [path.read_text(encoding="utf-8") for path in workflows]
    events = (source / "events.yaml").read_text(encoding="utf-8")
    (folder / "specs" / "events").mkdir()
    named = _named(events)
    copy = 0
    while size + 1 + len(texts) <= number:  # whole copies: an event names the workflows that it starts
        copy += 1
        own = re.sub(r"\n\s+(aliases|known_as): .*", "", events)  # which name one event only
        (folder / "specs" / "events" / f"copy-{copy}.yaml").write_text(_own(own, _DECLARED, copy), encoding="utf-8")
        size += 1
        for path, text in zip(workflows, texts, strict=True):
            there = path.with_name(f"copy-{copy}-{path.name}")
            there.write_text(_own(text, named, copy), encoding="utf-8")
            size += 1
    return size


_SMALL = 14


def _named(events: str) -> re.Pattern[str]:
    """Events where workflows name them: signals may have the same names."""
    names = sorted(yaml.safe_load(events)["events"], key=len, reverse=True)
    return re.compile(rf"(event: |emit: )({'|'.join(map(re.escape, names))})(?![\w.])")


_DECLARED = re.compile(r"^(  )([\w.]+)(?=:)", re.MULTILINE)


def _own(text: str, events: re.Pattern[str], copy: int) -> str:
    """A text that speaks of a copy's workflows and events where it spoke of the real ones."""
    text = re.sub(r"\bWF-(\d+)\b", lambda found: f"WF-{copy * 1000 + int(found[1])}", text)
    text = re.sub(r"\b([A-Z]\w+Workflow)\b", lambda found: f"Copy{copy}{found[1]}", text)
    return events.sub(rf"\1copy{copy}.\2", text)


def _size(specs: Path) -> int:
    """How many specs lint reads: scenarios are no specs."""
    return sum("tests" not in path.relative_to(specs).parts for path in specs.rglob("*.yaml"))
