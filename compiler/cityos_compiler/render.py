"""Findings as people read them: the source lines, the exact characters underlined, what to do."""

from __future__ import annotations

import functools
import json
import os
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import IO, Any

from cityos_compiler.findings.lines import lines_of
from cityos_dsl.diagnostics import Finding, Severity, Span

_CYAN, _BOLD, _OFF = "\x1b[36m", "\x1b[1m", "\x1b[0m"
_TONES = {Severity.ERROR: "\x1b[31m", Severity.WARNING: "\x1b[33m", Severity.NOTE: "\x1b[34m"}
_WHOLE = 4  # lines of a finding that are shown; of a longer one the first and the last
_LONG = 200  # characters of a line
_TAB = "    "
_UNPRINTABLE = "\N{REPLACEMENT CHARACTER}"
Paint = Callable[[str, str], str]


def has_color(stream: IO[str]) -> bool:
    """Whether a stream wants colours: a terminal does, unless NO_COLOR is set (https://no-color.org) or it is dumb."""
    return stream.isatty() and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"


def human(findings: Sequence[Finding], texts: Mapping[str, str], *, color: bool = False) -> str:
    """Findings with their source lines, and a line that counts them."""

    def paint(code: str, text: str) -> str:
        return f"{code}{text}{_OFF}" if color else text

    @functools.cache
    def lines(file: str) -> list[str]:
        return lines_of(texts.get(file, ""))

    parts = ["\n".join(_one(finding, lines, paint)) for finding in findings]
    return "\n\n".join([*parts, summary(findings)])


def summary(findings: Sequence[Finding]) -> str:
    """How many findings of which weight there are, and in how many files."""
    counts = [(sum(f.severity is severity for f in findings), severity.value) for severity in Severity]
    counted = [f"{number} {word}{'s' * (number != 1)}" for number, word in counts if number]
    files = len({finding.span.file for finding in findings})
    where = f" in {files} files" if files > 1 else ""
    return ", ".join(counted) + where if counted else "no findings"


def _one(finding: Finding, lines: Callable[[str], list[str]], paint: Paint) -> Iterator[str]:
    tone, span = _TONES[finding.severity], finding.span
    place = paint(_BOLD, shown(f"{span.file}:{span.line}:{span.column}"))
    yield f"{place} {paint(tone, f'{finding.severity.value} {finding.code}')}: {shown(finding.message)}"
    yield from _excerpt(span, lines(span.file), paint, tone, "^")
    if finding.help:
        yield f"   {paint(_CYAN, '= help:')} {shown(finding.help)}"
    for related in finding.related:
        there = related.span
        yield f"   {paint(_CYAN, '= see:')} {shown(f'{there.file}:{there.line}')} {shown(related.message)}"
        yield from _excerpt(there, lines(there.file), paint, _CYAN, "-")


def _excerpt(span: Span, source: list[str], paint: Paint, tone: str, mark: str) -> Iterator[str]:
    """The lines of a span with the marked characters below each."""
    if span.line > len(source):
        return
    last = min(span.end_line, len(source))
    if last > span.line and span.end_column <= len(source[last - 1]) - len(source[last - 1].lstrip()) + 1:
        last -= 1  # a block ends where the next line begins
    while last > span.line and not source[last - 1].strip():
        last -= 1
    numbers = list(range(span.line, last + 1))
    cut = len(numbers) > _WHOLE
    width = len(str(last))
    for number in [span.line, last] if cut else numbers:
        line = source[number - 1]
        start = span.column - 1 if number == span.line else len(line) - len(line.lstrip())
        end = span.end_column - 1 if number == span.end_line else len(line.rstrip())
        line, start, end = _window(line, start, min(end, len(line)))
        marks = mark * max(1, _cells(line[start:end]))
        yield f" {number:>{width}} | {shown(line)}"
        yield f" {' ' * width} | {' ' * _cells(line[:start])}{paint(tone, marks)}"
        if cut and number == span.line:
            yield f" {' ' * width} | ..."


def _window(line: str, start: int, end: int) -> tuple[str, int, int]:
    """The part of a very long line around its marked characters, and where they stand in it."""
    if len(line) <= _LONG:
        return line, start, end
    first = max(0, start - _LONG // 4)
    left, right = "…" if first else "", "…" if first + _LONG < len(line) else ""
    shift = len(left) - first
    return left + line[first : first + _LONG] + right, start + shift, min(end, first + _LONG) + shift


def shown(text: str) -> str:
    """A text as it may go to a terminal: what would move the cursor or turn the writing around is made visible."""
    if text.isascii() and text.isprintable():
        return text
    return "".join(
        _TAB if c == "\t" else c if c.isprintable() or c == "\n" else "\N{REPLACEMENT CHARACTER}" for c in text
    )


def _cells(text: str) -> int:
    """How many cells of a terminal a text takes: two for wide characters, none for combining ones."""
    if text.isascii() and text.isprintable():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 1 + (unicodedata.east_asian_width(c) in "WF") for c in shown(text))


def as_json(findings: Sequence[Finding]) -> str:
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
        "fixes": [
            {"title": fix.title, "safe": fix.safe, "edits": [{**_place(e.span), "text": e.text} for e in fix.edits]}
            for fix in finding.fixes
        ],
    }


def _place(span: Span) -> dict[str, Any]:
    return {"file": span.file, "line": span.line, "column": span.column, "end_line": span.end_line,
            "end_column": span.end_column}  # fmt: skip
