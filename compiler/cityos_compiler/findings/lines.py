"""The lines of a spec as YAML counts them, and the comments in them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_BREAK = re.compile("\r\n|[\r\n\x85\u2028\u2029]")
_Place = tuple[int, int]


def lines_of(text: str) -> list[str]:
    """The lines, without what ends them: `str.splitlines` knows ends that YAML doesn't."""
    return _BREAK.split(text)


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment with its ``#``; line and column count from 1."""

    line: int
    column: int
    text: str
    alone: bool
    """Nothing stands before it on its line."""


def comments(text: str) -> Iterator[Comment]:
    """The comments of a document; none where it is not YAML. A `#` inside of a text is no comment."""
    import yaml

    try:
        texts = list(_texts(text))
    except (yaml.YAMLError, RecursionError):
        return
    for number, line in enumerate(lines_of(text)):
        for found in re.finditer(r"(?:(?<=[ \t])|^)#", line):
            place = (number, found.start())
            if not any(start <= place < end for start, end in texts):
                yield Comment(number + 1, found.start() + 1, line[found.start() :], not line[: found.start()].strip())
                break


def _texts(text: str) -> Iterator[tuple[_Place, _Place]]:
    """Where scalars stand, from 0; of a block (`|`, `>`) only its lines: its first one may end in a comment."""
    import yaml  # not before it is needed: those who only want lines don't read YAML

    loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    for token in yaml.scan(text, Loader=loader):
        if isinstance(token, yaml.ScalarToken):
            start, end = token.start_mark, token.end_mark
            block = getattr(token, "style", None) in ("|", ">")
            yield (start.line + 1, 0) if block else (start.line, start.column), (end.line, end.column)
