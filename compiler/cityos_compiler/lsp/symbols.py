"""The outline of a document: a workflow's parts and steps, or what another document declares."""

from __future__ import annotations

from typing import Any

from lsprotocol import types as lsp

from cityos_compiler.formatting.kinds import item_kind, kind_at, value_kind
from cityos_compiler.lsp.document import Document
from cityos_dsl.source import Mapping, Node, Scalar, Sequence
from cityos_dsl.spec import documents as d
from cityos_dsl.spec import steps as s
from cityos_dsl.spec.documents import kind_of

_DECLARING = ("input", "state", "constants", "signals", "types", "errors", "groups", "queries", "events", "operations")
_WORDS = {kind.WORD.rstrip("_") for kind in s.STEP_KINDS.values()}


def symbols(document: Document) -> list[lsp.DocumentSymbol]:
    """The outline; empty where the document can't be read."""
    root = document.root
    if not isinstance(root, Mapping):
        return []
    return _below(document, root, kind_at(kind_of(document.file.removeprefix("specs/")), root))


def _below(document: Document, node: Node, kind: Any) -> list[lsp.DocumentSymbol]:
    found: list[lsp.DocumentSymbol] = []
    if isinstance(node, Sequence):
        for item in node.items:
            inner = kind_at(item_kind(kind), item)
            below = _below(document, item, inner)
            found += [_step(document, item, inner, below)] if _is_step(inner) else below
    elif isinstance(node, Mapping):
        for key, value in node:
            inner = value_kind(kind, key.text, value)
            below = _below(document, value, inner)
            if kind is d.Workflow and key.text in ("steps", "finally", "meanwhile"):
                found.append(_symbol(document, key.text, lsp.SymbolKind.Namespace, key, value, below))
            elif isinstance(kind, type) and key.text in _DECLARING and isinstance(value, Mapping):
                names = [_symbol(document, n.text, lsp.SymbolKind.Field, n, v, []) for n, v in value]
                found.append(_symbol(document, key.text, lsp.SymbolKind.Namespace, key, value, names))
            else:
                found += below
    return found


def _is_step(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, s.Step) and kind is not s.Step


def _step(document: Document, node: Node, kind: Any, below: list[lsp.DocumentSymbol]) -> lsp.DocumentSymbol:
    assert isinstance(node, Mapping)
    word = kind.WORD.rstrip("_") if kind is not s.If else "if"
    head = node.key(word) or node.entries[0][0]
    named = node.get("id") or node.get(word)
    name = named.text if isinstance(named, Scalar) else ""
    symbol = _symbol(document, f"{word} {name}".strip(), lsp.SymbolKind.Function, head, node, below)
    summary = node.get("summary")
    symbol.detail = summary.text if isinstance(summary, Scalar) else None
    return symbol


def _symbol(
    document: Document, name: str, kind: lsp.SymbolKind, key: Scalar, node: Node, below: list[lsp.DocumentSymbol]
) -> lsp.DocumentSymbol:
    start, end = key.span, node.span
    if (end.end_line, end.end_column) < (start.end_line, start.end_column):
        end = start
    whole = document.range(min(start, node.span).to(end))
    return lsp.DocumentSymbol(name or "?", kind, whole, document.range(start), children=below)
