"""Steps that belong together."""

from __future__ import annotations

from dataclasses import dataclass

from cityos_compiler.ir.base import Block, Expr, Local, Step
from cityos_compiler.ir.do import Catch, Compensation
from cityos_compiler.ir.waiting import Meanwhile


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Group(Step):
    """Steps that belong together."""

    steps: Block
    locals: tuple[Local, ...] = ()
    catch: tuple[Catch, ...] = ()
    until: Expr | None = None
    within: Expr | None = None
    timeout: Block | None = None
    meanwhile: Meanwhile | None = None
    on_failure: str = "fail"
    on_failure_steps: Block | None = None
    left: bool = False
    undo: Compensation | None = None
    no_undo: str | None = None
