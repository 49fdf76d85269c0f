"""The reference pages of all codes, with what the tool prints for a case of `tests/lint/cases`."""

from __future__ import annotations

import shutil
import tempfile
from pathlib import Path

from cityos_compiler.findings.catalog import catalog
from cityos_compiler.findings.pages import INDEX, Example, index, page
from cityos_compiler.passes import check
from cityos_compiler.render import human

from tests.lint.corpus import BASE, CASES, Case, broken

_LINES = 16  # of an example; what is longer is cut
_WIDTH = 160


def pages() -> dict[str, str]:
    """Every page by its file's name."""
    examples = {case["expect"]["code"]: case for case in reversed(CASES)}
    made = {f"{code}.md": page(about, _example(examples.get(code))) for code, about in catalog().items()}
    return {INDEX: index(catalog().values()), **made}


def _example(case: Case | None) -> Example | None:
    """What a case changes, and what is said then."""
    if case is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder) / "project"
        shutil.copytree(BASE, root)
        broken(root, case)
        checked = check(root)
        after = checked.project.texts.get(case["file"], "")
    before = (BASE / case["file"]).read_text(encoding="utf-8") if (BASE / case["file"]).is_file() else ""
    output = human(checked.findings, checked.project.texts).rpartition("\n\n")[0]
    if "text" in case:
        return Example(_cut(after), "", output)
    start = before.index(case["replace"]) if case["replace"] in before else 0
    return Example(
        _lines(after, case["with"] * case.get("times", 1), start), _lines(before, case["replace"], start), output
    )


def _lines(text: str, part: str, near: int) -> str:
    """The whole lines of a text in which a part of it stands."""
    start = text.find(part, max(0, near - len(part)))
    if start < 0:
        return ""
    first = text.rfind("\n", 0, start) + 1
    end = text.find("\n", start + len(part.rstrip("\n")))
    return _cut(text[first : end if end >= 0 else len(text)])


def _cut(text: str) -> str:
    """Of a long text what fits on a page, without what terminals and Markdown would trip over."""
    lines = [line if len(line) <= _WIDTH else line[:_WIDTH] + "…" for line in text.rstrip().split("\n")]
    return "\n".join(lines[:_LINES] + ["..."] * (len(lines) > _LINES)).replace("\x00", "\N{REPLACEMENT CHARACTER}")
