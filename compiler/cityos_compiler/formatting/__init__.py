"""One way to write a spec. Formatting moves text and never makes any: comments and meaning stay what they were."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from cityos_compiler.formatting.comments import Comment, comments_of
from cityos_compiler.formatting.kinds import item_kind, keys_of, kind_at, value_kind
from cityos_compiler.formatting.layout import Layout
from cityos_dsl.diagnostics import Finding, Span
from cityos_dsl.source import Mapping, Node, Scalar, Sequence, compose
from cityos_dsl.spec.documents import kind_of

__all__ = ["Formatted", "format_file", "format_spec"]


@dataclass(frozen=True)
class Formatted:
    """A spec as it is written; where it can't be read, its own text and why."""

    before: str
    text: str
    findings: tuple[Finding, ...] = ()


def format_file(file: str, content: bytes) -> Formatted:
    """Format one spec as it stands on the disk."""
    try:
        return format_spec(file, content.decode("utf-8"))
    except UnicodeDecodeError:
        return Formatted("", "", (Finding("YAML001", "this is not UTF-8 text", Span(file, 1, 1, 1, 2)),))


def format_spec(file: str, text: str) -> Formatted:
    """Format one spec; ``file`` is its path below the project's root, which says what kind of document it is.

    A file that can't be read stays as it is, with the finding. So does one that uses YAML which is none of the
    language's (anchors), or whose comments or values would not all be there afterwards.
    """
    normal = text.removeprefix("\ufeff").replace("\r\n", "\n")
    root, findings = compose(file, normal)
    if root is None or findings:
        return Formatted(text, text, tuple(findings))
    lines = normal.split("\n")
    kind = kind_at(kind_of(file.removeprefix("specs/")), root)
    comments = comments_of(root, lines)
    if comments is None:
        return Formatted(text, text)
    laid_out = "\n".join(line.rstrip() for line in Layout(lines, comments).document(root, kind)) + "\n"
    return Formatted(text, laid_out if _says_the_same(file, laid_out, root, comments, kind) else text)


def _says_the_same(file: str, text: str, root: Node, comments: list[Comment], kind: Any) -> bool:
    """Whether a text still has all values and comments of the document it was made from."""
    again, findings = compose(file, text)
    if again is None or findings:
        return False
    kept = comments_of(again, text.split("\n"))
    return (
        kept is not None
        and Counter(note.text for note in kept) == Counter(note.text for note in comments)
        and _data(again, kind) == _data(root, kind)
    )


def _data(node: Node, kind: Any) -> Any:
    """What a node says: the order of keys counts only where names are free."""
    if isinstance(node, Scalar):
        return node.text, node.is_null
    if isinstance(node, Sequence):
        return [_data(item, kind_at(item_kind(kind), item)) for item in node.items]
    return _entries(node, kind)


def _entries(node: Mapping, kind: Any) -> Any:
    entries = [(key.text, _data(value, value_kind(kind, key.text, value))) for key, value in node]
    return dict(entries) if keys_of(kind) else entries
