"""YAML with positions: every scalar knows its file, line and column.

Specs are composed by PyYAML's C loader into nodes, never constructed into values: a scalar stays the text that was
written (``0.10`` is no float, ``no`` no boolean) and the spec decides what it means (language reference, Expressions).
"""

from __future__ import annotations

import gc
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import yaml

from cityos_dsl.diagnostics import Finding, Related, Span
from cityos_dsl.yaml_errors import cure

#: How deep a document may nest and how long it may be; a spec comes nowhere near, an attack on the loader would.
MAX_DEPTH = 60
MAX_CHARACTERS = 2_000_000


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text as it was written; ``plain`` says that it carries no quotes and no block indicator."""

    text: str
    span: Span
    style: str = ""

    @property
    def plain(self) -> bool:
        """True where the text stands unquoted."""
        return self.style == ""

    @property
    def is_null(self) -> bool:
        """True for an empty or ``null`` plain scalar."""
        return self.plain and self.text in ("", "null", "~")


@dataclass(frozen=True, slots=True)
class Sequence:
    """A YAML list."""

    items: tuple[Node, ...]
    span: Span


@dataclass(frozen=True, slots=True)
class Mapping:
    """A YAML map, in the order in which it was written."""

    entries: tuple[tuple[Scalar, Node], ...]
    span: Span

    def get(self, key: str) -> Node | None:
        """The value under ``key``."""
        return next((value for name, value in self.entries if name.text == key), None)

    def key(self, key: str) -> Scalar | None:
        """The key itself, with its place."""
        return next((name for name, _ in self.entries if name.text == key), None)

    def __iter__(self) -> Iterator[tuple[Scalar, Node]]:
        return iter(self.entries)


Node: TypeAlias = Scalar | Sequence | Mapping


class _Refused(Exception):
    """Ends the reading of a document at a finding."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.message)
        self.finding = finding


@contextmanager
def uncollected() -> Iterator[None]:
    """Without garbage collections: reading specs makes many small objects and no garbage, and they halve its speed."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def compose(file: str, text: str) -> tuple[Node | None, list[Finding]]:
    """Read one YAML document.

    Returns the root node (``None`` where the document can't be read or is empty) and what is wrong with it. Duplicate
    keys, tags, anchors with merge keys and a second document are findings (``YAML0xx``), never exceptions.
    """
    if len(text) > MAX_CHARACTERS:
        return None, [Finding("YAML009", f"a spec may have {MAX_CHARACTERS:,} characters", _at(file, 1, 1))]
    tab = re.search(r"^[ ]*\t", text, re.MULTILINE)
    if tab:
        line = text.count("\n", 0, tab.end()) + 1
        column = tab.end() - (text.rfind("\n", 0, tab.end()) + 1)
        return None, [Finding("YAML002", "a tab can't indent YAML", _at(file, line, column), "indent with two spaces")]
    with uncollected():
        return _compose(file, text)


def _compose(file: str, text: str) -> tuple[Node | None, list[Finding]]:
    loader_class: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        loader = loader_class(text)
        try:
            root = loader.get_single_node()
        finally:
            loader.dispose()
        if root is None:
            return None, [Finding("YAML003", "the file is empty", _at(file, 1, 1), "write a spec, or delete the file")]
        reader = _Reader(file)
        node = reader.read(root, 0)
        return node, reader.findings
    except _Refused as refused:
        return None, [refused.finding]
    except (yaml.YAMLError, RecursionError) as error:
        return None, [_syntax(file, text, error)]


class _Reader:
    """Turns PyYAML's nodes into ours and notes what YAML would silently mangle."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.findings: list[Finding] = []

    def read(self, node: Any, depth: int) -> Node:
        span = self._span(node)
        if depth > MAX_DEPTH:
            raise _Refused(Finding("YAML008", f"nested more than {MAX_DEPTH} deep", span))
        if isinstance(node, yaml.ScalarNode):
            self._refuse_tag(node, span)
            return Scalar(node.value, span, node.style or "")
        if isinstance(node, yaml.SequenceNode):
            self._refuse_tag(node, span)
            return Sequence(tuple(self.read(item, depth + 1) for item in node.value), span)
        self._refuse_tag(node, span)
        return self._mapping(node, span, depth)

    def _mapping(self, node: Any, span: Span, depth: int) -> Mapping:
        entries: list[tuple[Scalar, Node]] = []
        first: dict[str, Span] = {}
        for key_node, value_node in node.value:
            key = self._key(key_node)
            if key.text in first:
                again = Related(first[key.text], "the first one is here")
                self.findings.append(
                    Finding(
                        "YAML004",
                        f"`{key.text}` stands twice",
                        key.span,
                        "keep one of them",
                        related=(again,),
                    )
                )
                continue
            first[key.text] = key.span
            entries.append((key, self.read(value_node, depth + 1)))
        return Mapping(tuple(entries), span)

    def _key(self, node: Any) -> Scalar:
        span = self._span(node)
        if not isinstance(node, yaml.ScalarNode):
            raise _Refused(
                Finding(
                    "YAML005",
                    "a key must be a plain name",
                    span,
                    "put quotes around a value that holds { } or [ ]",
                )
            )
        if node.value == "<<" and node.tag == "tag:yaml.org,2002:merge":
            raise _Refused(Finding("YAML006", "merge keys are not part of the language", span, "write the keys out"))
        return Scalar(node.value, span, node.style or "")

    def _refuse_tag(self, node: Any, span: Span) -> None:
        written = getattr(node, "tag", "") or ""
        if written.startswith("!") and written != "!":
            raise _Refused(
                Finding(
                    "YAML007",
                    f"`{written}` is a YAML tag, and tags mean nothing here",
                    span,
                    "an expression that begins with `!` needs quotes",
                )
            )

    def _span(self, node: Any) -> Span:
        start, end = node.start_mark, node.end_mark
        return Span(self.file, start.line + 1, start.column + 1, end.line + 1, end.column + 1)


def _at(file: str, line: int, column: int) -> Span:
    return Span(file, line, column, line, column + 1)


def _syntax(file: str, text: str, error: Exception) -> Finding:
    """A YAML syntax error in our words, at the place where the reader gave up."""
    mark = getattr(error, "problem_mark", None) or getattr(error, "context_mark", None)
    problem = getattr(error, "problem", None) or str(error)
    span = _at(file, mark.line + 1, mark.column + 1) if mark else _at(file, 1, 1)
    began = getattr(error, "context_mark", None)
    opened = began.line + 1 if began else span.line
    help_text = cure(text, span.line, problem, getattr(error, "context", None) or "", opened)
    return Finding("YAML001", f"this is not YAML: {problem}", span, help_text)
