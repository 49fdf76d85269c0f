"""Choosing."""

from __future__ import annotations

from dataclasses import dataclass, field

from cityos_compiler.ir.base import Block, Expr, Step
from cityos_dsl.diagnostics import Span


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class If(Step):
    """Choose between two branches."""

    then: Block
    otherwise: Block | None = None


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Switch(Step):
    """Choose by a value."""

    on: Expr
    cases: tuple[tuple[str, Block], ...]
    default: Block | None = None
    places: tuple[Span, ...] = field(default=(), compare=False, metadata={"aside": True})
    """Where its cases stand."""
    default_place: Span | None = field(default=None, compare=False, metadata={"aside": True})
