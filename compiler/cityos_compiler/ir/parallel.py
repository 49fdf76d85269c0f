"""Branches at once."""

from __future__ import annotations

from dataclasses import dataclass

from cityos_compiler.ir.base import Block, Step


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Parallel(Step):
    """Several branches at once."""

    branches: tuple[tuple[str, Block], ...]
    first: bool = False
