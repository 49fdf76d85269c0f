"""Assignments of state."""

from __future__ import annotations

from dataclasses import dataclass

from cityos_compiler.ir.base import Expr, Step, Value


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Assignment:
    """One assignment of state: a whole variable, or one entry of a map."""

    variable: str
    entry: Expr | None
    value: Value


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Set(Step):
    """Assign state."""

    assignments: tuple[Assignment, ...]
