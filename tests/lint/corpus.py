"""The corpus of mistakes: a clean project, and cases that each change one thing in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import yaml

HERE = Path(__file__).parent
BASE = HERE / "base"
Case = dict[str, Any]


def cases(folder: str) -> list[Case]:
    """The cases of a folder, each with its file's name in its own."""
    return [
        {**case, "name": f"{path.stem}/{case['name']}"}
        for path in sorted((HERE / folder).glob("*.yaml"))
        for case in yaml.safe_load(path.read_text(encoding="utf-8"))
    ]


CASES = cases("cases")
CLEAN = cases("clean")


def broken(root: Path, case: Case) -> None:
    """Make the case's one change in a copy of the base; what it needs besides stands under ``also``."""
    for more in case.get("also", ()):
        broken(root, {"file": case["file"], **more})
    file = root / case["file"]
    if "text" in case:
        file.write_text(case["text"], encoding="utf-8")
        return
    text = file.read_text(encoding="utf-8")
    assert text.count(case["replace"]) == 1, f"the text to replace stands {text.count(case['replace'])} times"
    mistake = case["with"] * case.get("times", 1)
    file.write_text(text.replace(case["replace"], mistake), encoding="utf-8")
