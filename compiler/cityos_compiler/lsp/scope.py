"""Which names an expression may use at a place, also in one that isn't finished."""

from __future__ import annotations

import re

from cityos_compiler.lowering.values import Seen
from cityos_compiler.lsp.document import Document
from cityos_compiler.lsp.positions import covers
from cityos_dsl.expr import types as t

_PATH = re.compile(r"(?P<path>(?:[A-Za-z_]\w*\.)*)(?P<word>\w*)$")


def nearest_seen(document: Document, line: int, column: int) -> Seen | None:
    """The expression at a place; where none is, the one before it, whose scope is most like it."""
    seen = document.session.seen(document.file)
    at = [each for each in seen if covers(each.node.span, line, column)]
    if at:
        return at[-1]
    before = [each for each in seen if (each.node.span.line, each.node.span.column) <= (line, column)]
    return max(before, key=lambda each: (each.node.span.line, each.node.span.column), default=next(iter(seen), None))


def names_at(document: Document, line: int, column: int) -> dict[str, t.Type]:
    """The names in scope at a place, with their types."""
    seen = nearest_seen(document, line, column)
    return dict(seen.env.scope({}).names) if seen is not None else {}


def expected_at(document: Document, line: int, column: int) -> t.Type | None:
    """What is expected at a place, where an expression stands there."""
    seen = nearest_seen(document, line, column)
    if seen is None or not covers(seen.node.span, line, column) or seen.expected is None:
        return None
    return t.without_null(seen.expected)


def split_path(text: str) -> tuple[list[str], str]:
    """The path before the last dot of what is being written, and the word behind it."""
    found = _PATH.search(text)
    return (found["path"].split(".")[:-1], found["word"]) if found is not None else ([], "")


def members(names: dict[str, t.Type], path: list[str]) -> list[t.Field]:
    """The fields of what a path leads to."""
    kind = names.get(path[0])
    for part in path[1:]:
        kind = t.without_null(kind) if kind is not None else None
        found = kind.field(part) if isinstance(kind, t.RecordType) else None
        kind = found.type if found is not None else None
    kind = t.without_null(kind) if kind is not None else None
    return list(kind.fields) if isinstance(kind, t.RecordType) else []
