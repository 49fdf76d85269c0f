"""What is said of the thing under the pointer: a name, a part of an expression, or a key."""

from __future__ import annotations

import re

from lsprotocol import types as lsp

from cityos_compiler.lsp.described import described
from cityos_compiler.lsp.document import Document
from cityos_compiler.lsp.expressions import part_at
from cityos_compiler.lsp.lookup import name_at
from cityos_compiler.lsp.outline import place_at
from cityos_dsl.diagnostics import Span
from cityos_dsl.expr import types as t
from cityos_dsl.expr.ast import Literal
from cityos_dsl.spec.shape import Declared

_KEY = re.compile(r"[A-Za-z_]\w*(?=\??:(?:\s|$))")


def hover(document: Document, line: int, column: int) -> lsp.Hover | None:
    """What is known of a place; None where there is nothing to say."""
    found = _name(document, line, column) or _part(document, line, column) or _key(document, line, column)
    if found is None:
        return None
    text, span = found
    return lsp.Hover(lsp.MarkupContent(lsp.MarkupKind.Markdown, text), document.range(span))


def _name(document: Document, line: int, column: int) -> tuple[str, Span] | None:
    found = name_at(document, line, column)
    text = described(document.session.project, found.name) if found is not None else None
    return (text, found.span) if found is not None and text is not None else None


def _part(document: Document, line: int, column: int) -> tuple[str, Span] | None:
    part = part_at(document.session.seen(document.file), document.text, line, column)
    if part is None or isinstance(part.node, Literal) or part.node.start >= part.node.end:
        return None
    written = part.seen.node.text[part.node.start : part.node.end]
    lines = [f"`{written}`: {t.show(part.type)}"]
    kind = t.without_null(part.type)
    if isinstance(kind, t.RecordType):
        lines += ["", *(f"- `{field.name}`: {t.show(field.type)}" for field in kind.fields)]
    return "\n".join(lines), part.alignment.span(part.node.start, part.node.end)


def _key(document: Document, line: int, column: int) -> tuple[str, Span] | None:
    """A key's own description, whether the document can be read or not."""
    text = document.lines[line - 1]
    under = (found for found in _KEY.finditer(text) if found.start() <= column - 1 <= found.end())
    found = next(under, None)
    if found is None:
        return None
    place = place_at(document.lines, line, found.end() + 3)
    about = place.declared(document.file) if place.key == found[0] else None
    if about is None:
        return None
    return key_text(about), Span(document.file, line, found.start() + 1, line, found.end() + 1)


def key_text(about: Declared) -> str:
    """What a key says about itself."""
    lines = [f"**{about.written}**{'' if about.required else ' (optional)'}", about.about.text]
    if about.about.words:
        lines.append(f"one of {', '.join(f'`{word}`' for word in about.about.words)}")
    if isinstance(about.about.example, str):
        lines.append(f"such as `{about.about.example}`")
    return "\n\n".join(lines)
