"""The fix of a name that is almost one: the finding's help says which was meant."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from cityos_compiler.fixes.edits import stretch, within
from cityos_compiler.fixes.slips import Candidates
from cityos_dsl.diagnostics import Edit, Finding, Fix

_MEANT = re.compile(r"(?:did you mean|write) `([^`]+)`(?:\?|$)")
_QUOTED = re.compile(r"`([^`]+)`")


def with_fixes(findings: Iterable[Finding], texts: dict[str, str]) -> list[Finding]:
    """The findings, each with the fixes that it has."""
    candidates = Candidates(texts)
    return [_with_fix(finding, texts, candidates) for finding in findings]


def _with_fix(finding: Finding, texts: dict[str, str], candidates: Candidates) -> Finding:
    meant = _MEANT.match(finding.help or "")
    text = texts.get(finding.span.file)
    if meant is None or text is None:
        return finding
    written = stretch(text, finding.span)
    for wrong in _QUOTED.findall(finding.message):
        places = [found.span() for found in re.finditer(rf"(?<!\w){re.escape(wrong)}(?!\w)", written)]
        if len(places) == 1 and wrong != meant[1]:
            edit = Edit(within(text, finding.span, *places[0]), meant[1])
            safe = meant[0].startswith("write") or candidates.is_obvious(finding, wrong, meant[1])
            return replace(finding, fixes=(*finding.fixes, Fix(f"Replace `{wrong}` by `{meant[1]}`", (edit,), safe)))
    return finding
