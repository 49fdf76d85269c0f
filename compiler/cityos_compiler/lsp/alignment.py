"""Where the characters of a scalar's text stand in the file: quotes, escapes and folded lines lie between."""

from __future__ import annotations

import re
from functools import lru_cache

from cityos_compiler.fixes.edits import offset
from cityos_dsl.diagnostics import Span
from cityos_dsl.source import Scalar


class Alignment:
    """The offsets in a file of the characters of a scalar's text."""

    def __init__(self, text: str, places: list[int], file: str) -> None:
        self.text = text
        self.places = places
        self.file = file

    def span(self, start: int, end: int) -> Span:
        """Where a stretch of the scalar's text stands."""
        return Span(self.file, *self._place(self.places[start]), *self._place(self.places[end - 1] + 1))

    def nearest(self, line: int, column: int) -> int:
        """The offset into the scalar's text of a place in the file."""
        wanted = offset(self.text, line, column)
        return sum(place < wanted for place in self.places)

    def _place(self, at: int) -> tuple[int, int]:
        return self.text.count("\n", 0, at) + 1, at - self.text.rfind("\n", 0, at)


@lru_cache(maxsize=2048)
def aligned(text: str, scalar: Scalar) -> Alignment | None:
    """The alignment of a scalar in the text of its file; None where its text doesn't stand at its place.

    An expression that wiring made stands at the step that it was made for, and so nowhere.
    """
    start = offset(text, scalar.span.line, scalar.span.column)
    end = offset(text, scalar.span.end_line, scalar.span.end_column)
    if scalar.style in ("|", ">"):
        start += len((re.match(r"[|>][-+0-9]*[^\n]*\n?", text[start:]) or [""])[0])
    for skipped in (1,) if scalar.style in ("'", '"') else (0, 1):  # `${ ... }` in quotes is off by them
        places = _places(text, start + skipped, end, scalar.text)
        if places is not None:
            return Alignment(text, places, scalar.span.file)
    return None


def _places(source: str, at: int, end: int, text: str) -> list[int] | None:
    places = []
    for character in text:
        if character in " \n":
            places.append(at)
            run = re.compile(r"[ \n]*").match(source, at)
            newline = run is not None and "\n" in run[0]
            at = run.end() if run is not None and newline else at + 1
            continue
        while at < end and source[at] != character and source[at] in " \n\\'":
            at += 1
        if at >= end or source[at] != character:
            return None
        places.append(at)
        at += 1
    return places
