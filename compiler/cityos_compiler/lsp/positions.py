"""Places of the editor and of findings: an editor counts from 0, and often in UTF-16."""

from __future__ import annotations

from lsprotocol import types as lsp
from pygls.workspace import PositionCodec

from cityos_dsl.diagnostics import Span


def as_range(codec: PositionCodec, lines: list[str], span: Span) -> lsp.Range:
    """A span as the editor's range; an end behind the file's last line is that line's end."""
    start = lsp.Position(span.line - 1, span.column - 1)
    end = lsp.Position(span.end_line - 1, span.end_column - 1)
    found = lsp.Range(_inside(lines, start), _inside(lines, end))
    return codec.range_to_client_units(lines, found)


def as_place(codec: PositionCodec, lines: list[str], position: lsp.Position) -> tuple[int, int]:
    """The editor's position as line and column, from 1."""
    own = codec.position_from_client_units(lines, position)
    return own.line + 1, own.character + 1


def _inside(lines: list[str], position: lsp.Position) -> lsp.Position:
    if position.line < len(lines):
        return lsp.Position(position.line, min(position.character, len(lines[position.line].rstrip("\n"))))
    last = max(len(lines) - 1, 0)
    return lsp.Position(last, len(lines[last]) if lines else 0)


def covers(span: Span, line: int, column: int) -> bool:
    """Whether a place is inside of a span, or right behind it."""
    return (span.line, span.column) <= (line, column) <= (span.end_line, span.end_column)
