"""What every step has, and the values in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, TypeAlias

from cityos_dsl.diagnostics import Span
from cityos_dsl.expr import types as t
from cityos_dsl.expr.check import Checked
from cityos_dsl.source import Scalar


def _place() -> Any:
    """A field that says where something stands and takes no part in equality."""
    return field(default=None, compare=False, repr=False, metadata={"aside": True})


@dataclass(frozen=True)
class Expr:
    """A checked expression."""

    text: str
    type: t.Type
    checked: Checked = field(compare=False, repr=False, metadata={"aside": True})
    known: frozenset[str] = field(default=frozenset(), compare=False, repr=False, metadata={"aside": True})
    names: dict[str, t.Type] = field(default_factory=dict, compare=False, repr=False, metadata={"aside": True})
    """The free names and the types that they have at this point."""
    source: Scalar = _place()
    """Where it is written; what is wired by name stands at its step's word."""


@dataclass(frozen=True)
class Record:
    """A record or map written out in YAML, its values expressions."""

    fields: tuple[tuple[str, Value], ...]
    type: t.Type


@dataclass(frozen=True)
class Items:
    """A list written out in YAML."""

    items: tuple[Value, ...]
    type: t.Type


@dataclass(frozen=True)
class Text:
    """Text for people, with the expressions that stand in it."""

    parts: tuple[str | Expr, ...]


Value: TypeAlias = Expr | Record | Items


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Step:
    """What every step has."""

    name: str
    summary: Text | None = None
    status: str | None = None
    guard: Expr | None = None
    span: Span = _place()


Block: TypeAlias = tuple[Step, ...]


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Local:
    """State of a loop or group: fresh each pass."""

    name: str
    type: t.Type
    init: Expr | None
    data_class: str = field(default="public", compare=False, metadata={"aside": True})
    """What its declaration says; what is put into it may be of a higher class."""
    span: Span | None = _place()
