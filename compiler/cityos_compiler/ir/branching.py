"""Choosing."""

from __future__ import annotations

from dataclasses import dataclass

from cityos_compiler.ir.base import Block, Expr, Step


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
