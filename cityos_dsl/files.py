"""What is in files, or why it can't be said: apart from `reading.py`, since a check may only ask whether it changed."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from cityos_dsl.diagnostics import Span


@dataclass(frozen=True, slots=True)
class Unreadable:
    """Why a file has no text."""

    message: str

    def place(self, file: str) -> Span:
        """Where to say it: at the file's beginning."""
        return Span(file, 1, 1, 1, 2)


Source = bytes | Unreadable
"""What is in a file, or why it can't be said."""


def source_of(path: str | Path) -> Source:
    """What is in a file, or why that can't be said: it points to nothing, or may not be read."""
    try:
        with open(path, "rb", buffering=0) as file:  # noqa: PTH123  # a Path a file takes twice as long as reading it
            return file.read()
    except FileNotFoundError:
        return Unreadable("this points to a file that isn't there")
    except OSError as error:
        return Unreadable(f"this file can't be read: {error.strerror or error}")


def text_of(source: Source) -> str | Unreadable:
    """The text of a file, its lines ended by ``\\n`` alone, or why there is none: it also may not be UTF-8."""
    if isinstance(source, Unreadable):
        return source
    try:
        return source.decode("utf-8").replace("\r\n", "\n").replace("\r", "\n")
    except UnicodeDecodeError:
        return Unreadable("this is not UTF-8 text")


def read_text(path: Path) -> str | Unreadable:
    """The text of a file, or why there is none: it points to nothing, may not be read, or isn't UTF-8."""
    return text_of(source_of(path))
