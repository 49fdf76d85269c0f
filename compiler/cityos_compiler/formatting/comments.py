"""The comments of a document: what stands between its scalars behind a `#`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cityos_dsl.source import Mapping, Node, Scalar, Sequence

_BETWEEN = re.compile(r"[\s\-:,{}\[\]?.]*")


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment with its place; ``alone`` where nothing else stands in its line."""

    line: int
    column: int
    text: str
    alone: bool
    after_blank: bool


def scalars(node: Node) -> Iterator[Scalar]:
    """All keys and values of a document, as they are written."""
    match node:
        case Scalar():
            yield node
        case Sequence():
            for item in node.items:
                yield from scalars(item)
        case Mapping():
            for key, value in node:
                yield key
                yield from scalars(value)


def comments_of(node: Node, lines: list[str]) -> list[Comment] | None:
    """The comments, in order; None where something stands between the scalars that is no YAML of ours (an anchor)."""
    free = _without_scalars(node, lines)
    found = []
    for number, line in enumerate(free, 1):
        start = re.search(r"(?:^|(?<=\s))#", line)
        code = line[: start.start()] if start else line
        if _BETWEEN.fullmatch(code.replace("\0", " ")) is None:
            return None
        if start is not None:
            text = lines[number - 1][start.start() :].rstrip()
            blank = number > 1 and not lines[number - 2].strip()
            found.append(Comment(number, start.start() + 1, text, not code.strip(), blank))
    return found


def _without_scalars(node: Node, lines: list[str]) -> list[str]:
    """The lines with NUL characters where scalars stand."""
    free = list(lines)
    for scalar in scalars(node):
        span = scalar.span
        block = scalar.style in ("|", ">")
        for number in range(span.line, min(last_line(scalar, lines), len(lines)) + 1):
            line = free[number - 1]
            start = span.column - 1 if number == span.line else 0
            end = len(line)
            if block and number == span.line:
                end = start + len(re.match(r"[|>][-+0-9]*", line[start:])[0])  # type: ignore[index]  # its indicator
            elif not block and number == span.end_line:
                end = span.end_column - 1
            free[number - 1] = line[:start] + "\0" * (end - start) + line[end:]
    return free


def last_line(scalar: Scalar, lines: list[str]) -> int:
    """The last line with a scalar's text: a block's end is read up to what follows it."""
    last = scalar.span.end_line
    if scalar.style not in ("|", ">"):
        return last
    last -= scalar.span.end_column == 1
    while last > scalar.span.line and not lines[min(last, len(lines)) - 1].strip():
        last -= 1
    return last
