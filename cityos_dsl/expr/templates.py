"""Text with `${ expressions }` inside, taken apart: braces and quotes of an expression don't end it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from cityos_dsl.expr.errors import ExprError

_OPEN = "${"
_TOKEN = re.compile(
    r"""(?s:[rR][bB]?(?:'''.*?'''|\"{3}.*?\"{3}|'[^']*'|"[^"]*"))"""
    r"""|(?s:'''(?:\\.|.)*?'''|\"{3}(?:\\.|.)*?\"{3}|'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*")"""
    r"""|[{}]"""
)


@dataclass(frozen=True, slots=True)
class Placeholder:
    """One `${ expression }` of a text: the expression, and where both stand."""

    text: str
    """The expression, with the spaces around it."""
    start: int
    """Of the `$`."""
    end: int
    """Behind the closing brace."""

    @property
    def inside(self) -> int:
        """Where the expression begins."""
        return self.start + len(_OPEN)


def placeholders(text: str) -> Iterator[Placeholder]:
    """The places of a text, first to last; raises `ExprError` at a `${` that nothing closes."""
    end = 0
    while (start := text.find(_OPEN, end)) >= 0:
        end = _behind(text, start)
        yield Placeholder(text[start + len(_OPEN) : end - 1], start, end)


def _behind(text: str, start: int) -> int:
    depth = 1
    for token in _TOKEN.finditer(text, start + len(_OPEN)):
        depth += {"{": 1, "}": -1}.get(token[0], 0)
        if depth == 0:
            return token.end()
    raise ExprError("EXPR001", "nothing closes this `${`", start, start + len(_OPEN), "write `${ expression }`")


def parts(text: str) -> list[str | Placeholder]:
    """All of a text in its order; raises `ExprError` as `placeholders` does."""
    found: list[str | Placeholder] = []
    end = 0
    for place in placeholders(text):
        found += [text[end : place.start]] if place.start > end else []
        found.append(place)
        end = place.end
    return [*found, text[end:]] if end < len(text) or not found else found


def split_outside(text: str, mark: str) -> tuple[str, str]:
    """What stands before the first mark that is in no expression, and what behind it."""
    at = 0
    for part in parts(text):
        if isinstance(part, Placeholder):
            at = part.end
        elif (found := part.find(mark)) >= 0:
            return text[: at + found], text[at + found + len(mark) :]
        else:
            at += len(part)
    return text, ""
