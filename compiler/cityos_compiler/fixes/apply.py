"""Making safe fixes: each is checked again, and none is kept that brings a new finding."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass

from cityos_compiler.fixes.edits import edited
from cityos_compiler.fixes.nearest import with_fixes
from cityos_compiler.formatting import format_spec
from cityos_compiler.passes import Checked
from cityos_compiler.workspace import Workspace
from cityos_dsl.diagnostics import Finding, Fix


@dataclass
class Fixed:
    """A project after its safe fixes: the texts that changed, what was made, and what remains."""

    texts: dict[str, str]
    made: list[Fix]
    checked: Checked


def fix_project(workspace: Workspace, wanted: Callable[[str], bool] = lambda _: True) -> Fixed:
    """Make every safe fix in the files that are wanted, and format them. Nothing is written to the disk."""
    texts: dict[str, str] = {}
    made: list[Fix] = []
    checked = workspace.check()
    refused: set[str] = set()
    while fix := _next(checked, wanted, refused):
        after = _edited({**checked.project.texts, **texts}, fix)
        then = workspace.check({**texts, **after})
        if _is_better(checked.findings, then.findings):
            texts |= after
            made.append(fix)
            checked = then
        else:
            refused.add(_key(fix))
    for file, text in list(workspace.texts.items()):
        current = texts.get(file, text)
        if current is not None and wanted(file):
            formatted = format_spec(file, current).text
            if formatted != text:
                texts[file] = formatted
    return Fixed(texts, made, workspace.check(texts))


def _next(checked: Checked, wanted: Callable[[str], bool], refused: set[str]) -> Fix | None:
    """The first safe fix that wasn't refused."""
    return next(
        (
            fix
            for finding in with_fixes(checked.findings, checked.project.texts)
            if wanted(finding.span.file)
            for fix in finding.fixes
            if fix.safe and _key(fix) not in refused
        ),
        None,
    )


def _key(fix: Fix) -> str:
    return repr(fix)


def _edited(texts: dict[str, str], fix: Fix) -> dict[str, str]:
    files = {edit.span.file for edit in fix.edits}
    return {file: edited(texts[file], [edit for edit in fix.edits if edit.span.file == file]) for file in files}


def _is_better(before: list[Finding], after: list[Finding]) -> bool:
    """Whether findings went and none came; what is wrong is told by its words, since places move."""
    had, has = (Counter((f.span.file, f.code, f.message) for f in findings) for findings in (before, after))
    return has < had
