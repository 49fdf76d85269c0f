"""Findings as people and machines read them."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from cityos_dsl.diagnostics import Finding, Severity, Span

_RED, _YELLOW, _CYAN, _BOLD, _OFF = "\x1b[31m", "\x1b[33m", "\x1b[36m", "\x1b[1m", "\x1b[0m"


def human(findings: list[Finding], texts: dict[str, str], *, color: bool = False) -> str:
    """Findings with their source lines, the exact characters underlined."""

    def paint(code: str, text: str) -> str:
        return f"{code}{text}{_OFF}" if color else text

    parts = [_one(finding, texts, paint) for finding in findings]
    errors = sum(f.severity is Severity.ERROR for f in findings)
    warnings = len(findings) - errors
    counted = [f"{errors} error{'s' * (errors != 1)}"] if errors else []
    counted += [f"{warnings} warning{'s' * (warnings != 1)}"] if warnings else []
    return "\n\n".join([*parts, ", ".join(counted)]) if findings else "no findings"


def _one(finding: Finding, texts: dict[str, str], paint: Callable[[str, str], str]) -> str:
    tone = _RED if finding.severity is Severity.ERROR else _YELLOW
    span = finding.span
    lines = [
        paint(_BOLD, f"{span.file}:{span.line}:{span.column}") + " "
        + paint(tone, f"{finding.severity.value} {finding.code}") + f": {finding.message}"
    ]  # fmt: skip
    lines += _excerpt(span, texts, paint, tone)
    if finding.help:
        lines.append(f"   {paint(_CYAN, '= help:')} {finding.help}")
    for related in finding.related:
        lines.append(f"   {paint(_CYAN, '= see:')} {related.span.file}:{related.span.line} {related.message}")
    return "\n".join(lines)


def _excerpt(span: Span, texts: dict[str, str], paint: Callable[[str, str], str], tone: str) -> list[str]:
    source = texts.get(span.file, "").splitlines()
    if span.line > len(source):
        return []
    line = source[span.line - 1]
    end = span.end_column if span.end_line == span.line else len(line) + 1
    marks = " " * (span.column - 1) + "^" * max(1, min(end, len(line) + 1) - span.column)
    gutter = str(span.line)
    return [f" {gutter} | {line}", f" {' ' * len(gutter)} | {paint(tone, marks)}"]


def as_json(findings: list[Finding]) -> str:
    """Findings as a JSON list."""
    return json.dumps([_data(finding) for finding in findings], indent=1, ensure_ascii=False)


def _data(finding: Finding) -> dict[str, Any]:
    return {
        "code": finding.code,
        "severity": finding.severity.value,
        "message": finding.message,
        "help": finding.help,
        **_place(finding.span),
        "related": [{**_place(related.span), "message": related.message} for related in finding.related],
    }


def _place(span: Span) -> dict[str, Any]:
    return {"file": span.file, "line": span.line, "column": span.column, "end_line": span.end_line,
            "end_column": span.end_column}  # fmt: skip
