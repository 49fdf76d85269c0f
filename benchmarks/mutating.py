"""Single-point mutations of specs: where one can be made, and the text with it."""

from __future__ import annotations

import random
import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from cityos_dsl.source import Mapping, Node, Scalar, Sequence, compose


@dataclass(frozen=True)
class Mutation:
    """One change of one file: what stands between two offsets becomes another text."""

    kind: str
    file: str
    start: int
    end: int
    text: str
    line: int

    def applied(self, text: str) -> str:
        """The file's text with the change."""
        return text[: self.start] + self.text + text[self.end :]


class Document:
    """A spec's text with its tree, and the offsets of what stands in it."""

    def __init__(self, file: str, text: str) -> None:
        self.file, self.text = file, text
        self.tree = compose(file, text)[0]
        self.lines = [0]
        for line in text.splitlines(keepends=True):
            self.lines.append(self.lines[-1] + len(line))

    def replaced(self, kind: str, scalar: Scalar, new: str) -> Iterator[Mutation]:
        """A scalar that is written in one line becomes another; nothing where it is written otherwise than it reads."""
        start = self.lines[scalar.span.line - 1] + scalar.span.column - 1
        end = self.lines[scalar.span.end_line - 1] + scalar.span.end_column - 1
        written = self.text[start:end]
        if new != scalar.text and "\n" not in written and scalar.text in written:
            yield Mutation(kind, self.file, start, end, written.replace(scalar.text, new, 1), scalar.span.line)

    def removed(self, kind: str, holder: Mapping, key: str) -> Iterator[Mutation]:
        """An entry of a map goes; nothing where it is the map's first or only one."""
        place = next((i for i, (name, _) in enumerate(holder.entries) if name.text == key), None)
        if place is None or len(holder.entries) == 1:
            return
        name, value = holder.entries[place]
        if self._is_flow(holder):
            other = holder.entries[place - 1][1] if place else None
            start = self._end(other) if other is not None else self._start(name)
            end = self._end(value) if other is not None else self._start(holder.entries[1][0])
            yield Mutation(kind, self.file, start, end, "", name.span.line)
        elif place:
            yield self._lines(kind, name, value, "")

    def item_removed(self, kind: str, holder: Sequence, place: int) -> Iterator[Mutation]:
        """An item of a list goes; nothing where it is the only one."""
        if len(holder.items) > 1 and not self._is_flow(holder):
            yield self._lines(kind, holder.items[place], holder.items[place], "")

    def swapped(self, kind: str, holder: Sequence, place: int) -> Iterator[Mutation]:
        """An item of a list and the one behind it change places."""
        if place + 1 < len(holder.items) and not self._is_flow(holder):
            one, other = holder.items[place], holder.items[place + 1]
            first, second = self._block(one, one), self._block(other, other)
            text = self.text[second[0] : second[1]] + self.text[first[1] : second[0]] + self.text[first[0] : first[1]]
            yield Mutation(kind, self.file, first[0], second[1], text, one.span.line)

    def _lines(self, kind: str, first: Node, last: Node, text: str) -> Mutation:
        start, end = self._block(first, last)
        return Mutation(kind, self.file, start, end, text, first.span.line)

    def _block(self, first: Node, last: Node) -> tuple[int, int]:
        """The whole lines from one node to the end of another, without the comments and empty lines behind it."""
        span = last.span
        lines = self.text.splitlines()
        # A block ends where the next thing begins, in front of which there is only its indentation.
        inside = span.end_line <= len(lines) and lines[span.end_line - 1][: span.end_column - 1].strip()
        end = span.end_line if inside else span.end_line - 1
        while end > first.span.line and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
            end -= 1
        return self.lines[first.span.line - 1], self.lines[end]

    def _is_flow(self, node: Node) -> bool:
        return self.text[self._start(node)] in "[{"

    def _start(self, node: Node) -> int:
        return self.lines[node.span.line - 1] + node.span.column - 1

    def _end(self, node: Node) -> int:
        return self.lines[node.span.end_line - 1] + node.span.end_column - 1


Made = Iterator[Mutation]
Change = Callable[[Document, Mapping, random.Random], Made]

UNITS = {"s": "m", "m": "h", "h": "d", "d": "h", "w": "d"}
TYPES = ("string", "int", "decimal", "bool", "timestamp", "duration", "double")
EFFECTS = ("read", "notify", "write", "money")
COMPARED = {"==": "!=", "!=": "==", "<=": ">", ">=": "<", "<": ">=", ">": "<=", "&&": "||", "||": "&&"}
_DURATION = re.compile(r"\b(\d+)(s|m|h|d|w)\b")
_COMPARISON = re.compile(r"==|!=|<=|>=|&&|\|\||(?<=\s)<(?=\s)|(?<=\s)>(?=\s)")
_WORD = re.compile(r"[A-Za-z_]{4,}")
_WORDS_OF_STEPS = (
    "do", "sleep", "await", "if", "switch", "group", "for_each", "repeat", "parallel", "call", "start", "signal",
    "emit", "set", "return", "fail", "leave", "next", "undo",
)  # fmt: skip


def maps(node: Node | None) -> Iterator[Mapping]:
    """Every map of a tree."""
    if isinstance(node, Mapping):
        yield node
    inner: Iterable[Node] = ()
    if isinstance(node, Mapping):
        inner = [value for _, value in node]
    elif isinstance(node, Sequence):
        inner = node.items
    for each in inner:
        yield from maps(each)


def lists(node: Node | None) -> Iterator[Sequence]:
    """Every list of a tree."""
    if isinstance(node, Sequence):
        yield node
        for item in node.items:
            yield from lists(item)
    if isinstance(node, Mapping):
        for _, value in node:
            yield from lists(value)


def dropping(kind: str, *keys: str, beside: tuple[str, ...] = ()) -> Change:
    """A change that takes out an entry, where one of ``beside`` stands in the same map."""

    def change(document: Document, holder: Mapping, rng: random.Random) -> Made:
        if not beside or any(holder.get(key) is not None for key in beside):
            for key in keys:
                yield from document.removed(kind, holder, key)

    return change


def rewriting(kind: str, keys: tuple[str, ...], rewrite: Callable[[str, random.Random], str | None]) -> Change:
    """A change that writes another text under one of some keys; under every one where none is named."""

    def change(document: Document, holder: Mapping, rng: random.Random) -> Made:
        for key, value in holder:
            if isinstance(value, Scalar) and (not keys or key.text in keys) and key.text not in ("summary", "message"):
                new = rewrite(value.text, rng)
                if new is not None:
                    yield from document.replaced(kind, value, new)

    return change


def other_of(words: tuple[str, ...]) -> Callable[[str, random.Random], str | None]:
    """Another one of some words."""
    return lambda text, rng: rng.choice([word for word in words if word != text]) if text in words else None


def misspelt(text: str, rng: random.Random) -> str | None:
    """The text with one letter of one of its names left out."""
    found = list(_WORD.finditer(text))
    if not found or "'" in text:
        return None
    word = rng.choice(found)
    cut = rng.randrange(word.start() + 1, word.end())
    return text[:cut] + text[cut + 1 :]


def in_other_unit(text: str, rng: random.Random) -> str | None:
    """The text with one duration in another unit."""
    found = list(_DURATION.finditer(text))
    if not found:
        return None
    one = rng.choice(found)
    return text[: one.start()] + one[1] + UNITS[one[2]] + text[one.end() :]


def turned(text: str, rng: random.Random) -> str | None:
    """The text with one comparison turned round."""
    found = list(_COMPARISON.finditer(text))
    if not found:
        return None
    one = rng.choice(found)
    return text[: one.start()] + COMPARED[one[0]] + text[one.end() :]


def item_dropped(document: Document, rng: random.Random) -> Made:
    """Any step of any block goes."""
    for block in _blocks(document):
        for place in range(len(block.items)):
            yield from document.item_removed("a step dropped", block, place)


def item_swapped(document: Document, rng: random.Random) -> Made:
    """Any two steps beside each other change places."""
    for block in _blocks(document):
        for place in range(len(block.items)):
            yield from document.swapped("two steps swapped", block, place)


def marker_dropped(document: Document, rng: random.Random) -> Made:
    """A `pivot` or `undo` goes."""
    for block in _blocks(document):
        for place, item in enumerate(block.items):
            named = item.text if isinstance(item, Scalar) else item.entries[0][0].text if _is_step(item) else ""
            if named in ("pivot", "undo"):
                yield from document.item_removed(f"a {named} removed", block, place)


def requirement_dropped(document: Document, rng: random.Random) -> Made:
    """A requirement of the input goes, or all of them where there is one."""
    if isinstance(document.tree, Mapping):
        required = document.tree.get("require")
        if isinstance(required, Sequence) and len(required.items) > 1:
            for place in range(len(required.items)):
                yield from document.item_removed("a requirement removed", required, place)
        else:
            yield from document.removed("a requirement removed", document.tree, "require")


def _blocks(document: Document) -> Iterator[Sequence]:
    return (block for block in lists(document.tree) if any(_is_step(item) for item in block.items))


def _is_step(item: Node) -> bool:
    if isinstance(item, Scalar):
        return item.text in ("pivot", "undo", "retry")
    return isinstance(item, Mapping) and item.entries[0][0].text in _WORDS_OF_STEPS
