"""Undoing and committing."""

from __future__ import annotations

from dataclasses import dataclass

from cityos_compiler.ir.base import Step


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Undo(Step):
    """Run registered compensations now."""

    only: str | None = None


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Pivot(Step):
    """Commit."""
