"""`undo` and `pivot` as Python."""

from __future__ import annotations

from cityos_compiler import ir
from cityos_compiler.backends.python.blocks import writes
from cityos_compiler.backends.python.function import Function


@writes(ir.Undo)
def undo(fn: Function, step: ir.Undo) -> None:
    """Compensations now."""
    fn.w(f'await self.undo("{step.only}")' if step.only else "await self.undo()")


@writes(ir.Pivot)
def pivot(fn: Function, step: ir.Pivot) -> None:
    """The commit."""
    fn.w("await self.pivot()")
