"""What the names in a project stand for, and where each of them stands."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cityos_dsl.diagnostics import Span

#: Kinds of names that only their own file knows.
LOCAL = ("step", "state", "local", "constant", "input")


@dataclass(frozen=True, slots=True)
class Name:
    """A name of one kind: ``operation``, ``signal``, ``step``, ``state`` ...; local ones with their file."""

    kind: str
    text: str
    file: str = ""


@dataclass(frozen=True, slots=True)
class Occurrence:
    """A place where a name stands; ``defines`` where it is declared there."""

    name: Name
    span: Span
    defines: bool = False
    implied: bool = False
    """A step is called as its operation is, where it has no ``id``."""


def named(kind: str, text: str, span: Span, *, defines: bool = False, implied: bool = False) -> Occurrence:
    """An occurrence of a name; local ones are told apart by their file."""
    return Occurrence(Name(kind, text, span.file if kind in LOCAL else ""), span, defines, implied)


def split(text: str) -> Iterator[tuple[str, int]]:
    """The names of `A or B`, each with its offset."""
    at = 0
    for part in text.split(" or "):
        yield part.strip(), at + len(part) - len(part.lstrip())
        at += len(part) + len(" or ")
