"""Loops."""

from __future__ import annotations

from dataclasses import dataclass

from cityos_compiler.ir.base import Block, Expr, Local, Step
from cityos_compiler.ir.waiting import Meanwhile
from cityos_dsl.expr import types as t


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class ForEach(Step):
    """Go through a list or a range."""

    item: str
    item_type: t.Type
    among: Expr | None = None
    first: Expr | None = None
    last: Expr | None = None
    where: Expr | None = None
    concurrency: Expr | None = None
    failing: str = "stop"
    outcome: t.RecordType | None = None
    """What is known of the passes where failures are collected: what they gave, and which failed."""
    give: Expr | None = None
    locals: tuple[Local, ...] = ()
    meanwhile: Meanwhile | None = None
    steps: Block = ()

    @property
    def apart(self) -> bool:
        """Whether each pass is a function of its own: side by side with others, or allowed to fail alone."""
        return self.concurrency is not None or self.failing != "stop"


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Repeat(Step):
    """Repeat, bounded or for ever."""

    at_most: Expr | None = None
    every: Expr | None = None
    condition: Expr | None = None
    locals: tuple[Local, ...] = ()
    meanwhile: Meanwhile | None = None
    steps: Block = ()
    exhausted: Block | None = None
    carries: bool = False
