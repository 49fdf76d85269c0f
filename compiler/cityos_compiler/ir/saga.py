"""Undoing and committing."""

from __future__ import annotations

from dataclasses import dataclass

from cityos_compiler.ir.base import Step


@dataclass(frozen=True, kw_only=True)
class Undo(Step):
    """Run registered compensations now."""

    only: str | None = None


@dataclass(frozen=True, kw_only=True)
class Pivot(Step):
    """Commit."""
