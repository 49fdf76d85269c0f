"""From what was found to what is reported: one mistake once, as the project wants it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from cityos_compiler.findings.catalog import switchable
from cityos_compiler.findings.settings import Settings, mistakes, settings_of
from cityos_compiler.findings.suppressions import Suppression, suppressions
from cityos_dsl.diagnostics import Finding, Severity, Span
from cityos_dsl.spec import documents as d


def reported(found: list[Finding], lint: d.Lint | None, texts: Mapping[str, str]) -> list[Finding]:
    """The findings in their order, without what `lint:` switches off and what suppressions hold back."""
    settings = settings_of(lint)
    silences, wrong = suppressions(texts)
    wrong += mistakes(lint, texts)
    kept, used = _held_back([f for f in _once(found) if _applies(f, settings)], silences)
    if all(finding.code in switchable() for finding in found):  # else rules that would need it may not have run
        kept += _unused(silences, used, settings)
    kept += [finding for finding in wrong if _applies(finding, settings)]
    weighed = [_weighed(finding, settings) for finding in kept]
    return sorted(weighed, key=lambda finding: finding.order)


def _once(found: list[Finding]) -> list[Finding]:
    """What is wrong in one way at one place is one mistake, however many things it is wrong for."""
    unique: dict[tuple[str, Span, str], Finding] = {}
    for finding in found:
        failed = finding.message if finding.code == "INTERNAL001" else ""  # several rules can fail at one place
        unique.setdefault((finding.code, finding.span, failed), finding)
    return list(unique.values())


def _applies(finding: Finding, settings: Settings) -> bool:
    return finding.code not in switchable() or settings.applies(finding.code, finding.span.file)


def _weighed(finding: Finding, settings: Settings) -> Finding:
    if finding.code not in switchable():
        return finding
    severity = settings.severity(finding)
    return finding if severity is finding.severity else replace(finding, severity=severity)


def _held_back(found: list[Finding], silences: list[Suppression]) -> tuple[list[Finding], set[Suppression]]:
    if not silences:
        return found, set()
    by_place: dict[tuple[str, str, int], list[Suppression]] = {}
    for silence in silences:
        for line in silence.lines:
            by_place.setdefault((silence.code.text, silence.code.span.file, line), []).append(silence)
    used: set[Suppression] = set()
    kept = []
    for finding in found:
        holding = by_place.get((finding.code, finding.span.file, finding.span.line), [])
        used.update(holding)
        if not holding:
            kept.append(finding)
    return kept, used


def _unused(silences: list[Suppression], used: set[Suppression], settings: Settings) -> list[Finding]:
    """Suppressions of rules that apply and found nothing there."""
    return [
        Finding("LINT004", f"`{silence.code.text}` finds nothing here", silence.code.span,
                "take the suppression away", Severity.WARNING)
        for silence in silences
        if silence not in used and settings.applies(silence.code.text, silence.code.span.file)
    ]  # fmt: skip
