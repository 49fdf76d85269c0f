"""Laying a document out: one style of indentation, spacing, quotes and order, with every comment in its place."""

from __future__ import annotations

import bisect
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from cityos_compiler.formatting.comments import Comment, last_line, scalars
from cityos_compiler.formatting.kinds import item_kind, keys_of, kind_at, value_kind
from cityos_compiler.formatting.order import in_order
from cityos_compiler.formatting.quoting import written
from cityos_dsl.source import Mapping, Node, Scalar, Sequence

WIDTH = 130
"""How long a line with a flow map or list may be; a longer one is written out in block style."""
STEP = 2


@dataclass
class Part:
    """An entry of a block: the comments above it, and its lines."""

    above: list[str]
    lines: list[str]


@dataclass
class Layout:
    """One document on its way into lines. Comments are taken in order, each exactly once."""

    source: list[str]
    comments: list[Comment]
    starts: list[int] = field(default_factory=list)
    """The lines in which scalars begin."""
    taken: int = 0

    def document(self, root: Node, kind: Any) -> list[str]:
        """The whole document."""
        self.starts = sorted(scalar.span.line for scalar in scalars(root))
        head = self._gap(root, 0, first=True)  # stays at the head, whichever key comes first then
        if isinstance(root, Scalar) or self._is_flow(root):
            lines = self._value("", root, kind, 0, root.span.line)
        else:
            lines = _joined(self.block(root, kind, 0, outer=0))
        return [*head, *lines, *self._written_above(len(self.source) + 1, 0)]

    def block(self, node: Mapping | Sequence, kind: Any, indent: int, outer: int) -> list[Part]:
        """The entries of a block; ``outer`` is the column of the block around it, from 1."""
        parts = self._entries(node, kind, indent) if isinstance(node, Mapping) else self._items(node, kind, indent)
        column = node.span.column
        if parts and column > outer:
            parts[-1].lines += self._tail(node, column, indent)
        if isinstance(node, Mapping) and keys_of(kind):
            parts = [parts[place] for place in in_order(kind, [key for key, _ in node])]
        return parts

    def _entries(self, node: Mapping, kind: Any, indent: int) -> list[Part]:
        parts = []
        for number, (key, value) in enumerate(node):
            above = self._gap(key, indent, first=number == 0)
            head = " " * indent + self._scalar(key, in_flow=False, is_key=True) + ":"
            inner = value_kind(kind, key.text, value)
            lines = self._value(head, value, inner, indent, key.span.line, above, node.span.column)
            parts.append(Part(above, lines))
        return parts

    def _items(self, node: Sequence, kind: Any, indent: int) -> list[Part]:
        parts = []
        for number, item in enumerate(node.items):
            above = self._gap(item, indent, first=number == 0)
            inner = kind_at(item_kind(kind), item)
            head = " " * indent + "-"
            if isinstance(item, Scalar) or self._is_flow(item):
                parts.append(Part(above, self._value(head, item, inner, indent, item.span.line, above)))
                continue
            first, *others = self.block(item, inner, indent + STEP, node.span.column)
            above += [" " * indent + line.strip() if line else line for line in first.above]
            first.lines[0] = head + " " + first.lines[0].lstrip(" ")
            parts.append(Part(above, [*first.lines, *_flat(others)]))
        return parts

    def _value(
        self, head: str, value: Node, kind: Any, indent: int, line: int, above: list[str] | None = None, column: int = 0
    ) -> list[str]:
        """The lines of an entry whose key or dash, which stands in ``line``, is written already."""
        above = above if above is not None else []
        if isinstance(value, Scalar):
            return self._scalar_lines(head, value, indent, above)
        if not self._is_flow(value):
            head = self._with_comments(head, line, above)
            return [head, *_joined(self.block(value, kind, indent + STEP, column))]
        if self._has_comments(value) or (inline := self._inline(value, kind)) is None:
            return self._verbatim(head, value)
        whole = f"{head} {inline}" if head else inline
        if (head and len(whole) <= WIDTH) or not _length(value):
            return [self._with_comments(whole, value.span.end_line, above)]
        if not head:
            return _joined(self.block(value, kind, indent, outer=0))
        if head.endswith("-"):  # an item: its first entry stands beside the dash
            head = self._with_comments("", value.span.end_line, above).strip()
            above += [" " * indent + head] if head else []
            first, *others = self.block(value, kind, indent + STEP, value.span.column)
            return [" " * indent + "- " + first.lines[0].lstrip(" "), *first.lines[1:], *_flat(others)]
        head = self._with_comments(head, value.span.end_line, above)
        return [head, *_joined(self.block(value, kind, indent + STEP, value.span.column))]

    def _scalar_lines(self, head: str, value: Scalar, indent: int, above: list[str]) -> list[str]:
        last = last_line(value, self.source)
        if value.style in ("|", ">"):
            indicator = re.match(r"[|>][-+0-9]*", self.source[value.span.line - 1][value.span.column - 1 :])
            first = f"{head} {indicator[0] if indicator else value.style}"
            content = self.source[value.span.line : last]
            return [self._with_comments(first, value.span.line, above), *_indented(content, indent + STEP)]
        if last > value.span.line:
            text = [self.source[value.span.line - 1][value.span.column - 1 :].strip()]
            text += [line.strip() for line in self.source[value.span.line : last - 1]]
            text.append(self.source[last - 1][: value.span.end_column - 1].strip())
            more = [" " * (indent + STEP) + line if line else "" for line in text[1:]]
            more[-1] = self._with_comments(more[-1], last, above)
            return [f"{head} {text[0]}", *more]
        text_of = self._scalar(value, in_flow=False)
        line = f"{head} {text_of}" if text_of and head else head or text_of
        return [self._with_comments(line, last, above)]

    def _inline(self, node: Node, kind: Any) -> str | None:
        """A flow map or list in one line; None where it can't be."""
        if isinstance(node, Scalar):
            if node.span.line != node.span.end_line:
                return None
            return self._scalar(node, in_flow=True) or None
        if isinstance(node, Sequence):
            items = [self._inline(item, kind_at(item_kind(kind), item)) for item in node.items]
            return None if None in items else f"[{', '.join(filter(None, items))}]"
        entries = []
        for key, value in node:
            inline = self._inline(value, value_kind(kind, key.text, value))
            if inline is None or key.span.line != key.span.end_line:
                return None
            entries.append(f"{self._scalar(key, in_flow=True, is_key=True)}: {inline}")
        if keys_of(kind):
            entries = [entries[place] for place in in_order(kind, [key for key, _ in node])]
        return "{" + ", ".join(entries) + "}"

    def _verbatim(self, head: str, value: Mapping | Sequence) -> list[str]:
        """A flow that holds comments, or texts of several lines, as it stands."""
        span = value.span
        lines = [line.rstrip() for line in self.source[span.line - 1 : span.end_line]]
        lines[0] = lines[0][span.column - 1 :]
        while self.taken < len(self.comments) and self.comments[self.taken].line <= span.end_line:
            self.taken += 1
        return [f"{head} {lines[0]}", *lines[1:]]

    def _scalar(self, scalar: Scalar, *, in_flow: bool, is_key: bool = False) -> str:
        span = scalar.span
        source = self.source[span.line - 1][span.column - 1 : span.end_column - 1] if span.line == span.end_line else ""
        return written(scalar, source, in_flow=in_flow, is_key=is_key)

    def _is_flow(self, node: Node) -> bool:
        return not isinstance(node, Scalar) and self.source[node.span.line - 1][node.span.column - 1] in "{["

    def _has_comments(self, node: Mapping | Sequence) -> bool:
        first, last = (node.span.line, node.span.column), (node.span.end_line, node.span.end_column)
        return any(first < (note.line, note.column) < last for note in self.comments[self.taken :])

    def _gap(self, node: Node, indent: int, *, first: bool) -> list[str]:
        """The comments above an entry, and an empty line where there is one."""
        lines = self._written_above(node.span.line, indent, first=first)
        begins = not self.source[node.span.line - 1][: node.span.column - 1].strip(" -")
        if begins and node.span.line > 1 and not self.source[node.span.line - 2].strip() and (lines or not first):
            lines.append("")
        return lines

    def _written_above(self, line: int, indent: int, *, first: bool = False) -> list[str]:
        lines: list[str] = []
        for note in self._take(line):
            lines += [""] if note.after_blank and (lines or not first) else []
            lines.append(" " * indent + note.text)
        return lines

    def _take(self, before: int) -> Iterator[Comment]:
        while self.taken < len(self.comments) and self.comments[self.taken].line < before:
            self.taken += 1
            yield self.comments[self.taken - 1]

    def _tail(self, node: Mapping | Sequence, column: int, indent: int) -> list[str]:
        """The comments below a block's last entry that stand in the block's column, or further right."""
        last = max((last_line(scalar, self.source) for scalar in scalars(node)), default=node.span.line)
        after = bisect.bisect_right(self.starts, last)
        limit = self.starts[after] if after < len(self.starts) else len(self.source) + 1
        lines: list[str] = []
        while self.taken < len(self.comments):
            note = self.comments[self.taken]
            if not note.alone or note.line >= limit or note.column < column:
                break
            self.taken += 1
            lines += ["", " " * indent + note.text] if note.after_blank else [" " * indent + note.text]
        return lines

    def _with_comments(self, line: str, last: int, above: list[str]) -> str:
        """A line with the comment at its end; what else is said up to there goes above."""
        notes = list(self._take(last + 1))
        indent = len(line) - len(line.lstrip(" "))
        end = notes.pop() if notes and notes[-1].line == last and not notes[-1].alone else None
        above += [" " * indent + note.text for note in notes]
        if end is None:
            return line
        column = end.column - 1 if end.column <= WIDTH else 0  # it stood behind what was too long
        return line.ljust(max(len(line) + 2, column)) + end.text


def _length(node: Mapping | Sequence) -> int:
    return len(node.entries) if isinstance(node, Mapping) else len(node.items)


def _flat(parts: list[Part]) -> list[str]:
    return [line for part in parts for line in (*part.above, *part.lines)]


def _joined(parts: list[Part]) -> list[str]:
    """All lines of a block, without an empty one at its head."""
    lines = _flat(parts)
    return lines[1:] if lines and not lines[0] else lines


def _indented(content: list[str], indent: int) -> list[str]:
    """The lines of a block scalar, moved as a whole."""
    own = min((len(line) - len(line.lstrip(" ")) for line in content if line.strip()), default=0)
    return [" " * indent + line[own:].rstrip("\n") if line.strip() else "" for line in content]
