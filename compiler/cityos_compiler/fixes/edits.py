"""Edits of texts by the places that findings have."""

from __future__ import annotations

from collections.abc import Iterable

from cityos_dsl.diagnostics import Edit, Span


def offset(text: str, line: int, column: int) -> int:
    """The offset of a place in a text; lines and columns count from 1, and a place behind the text is its end."""
    start = 0
    for _ in range(line - 1):
        newline = text.find("\n", start)
        if newline < 0:
            return len(text)
        start = newline + 1
    return min(start + column - 1, len(text))


def stretch(text: str, span: Span) -> str:
    """What a text has at a span."""
    return text[offset(text, span.line, span.column) : offset(text, span.end_line, span.end_column)]


def within(text: str, span: Span, start: int, end: int) -> Span:
    """The part of a span between two offsets into what stands there."""
    begin = offset(text, span.line, span.column)
    return Span(span.file, *_place(text, begin + start), *_place(text, begin + end))


def _place(text: str, at: int) -> tuple[int, int]:
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def edited(text: str, edits: Iterable[Edit]) -> str:
    """The text with edits of one file made. Of two that overlap, the first one counts."""
    end = 0
    parts = []
    for edit in sorted(edits, key=lambda edit: edit.span):
        start = offset(text, edit.span.line, edit.span.column)
        if start < end:
            continue
        parts += [text[end:start], edit.text]
        end = offset(text, edit.span.end_line, edit.span.end_column)
    return "".join([*parts, text[end:]])
