"""Sleeps as Python."""

from __future__ import annotations

from cityos_compiler import ir
from cityos_compiler.backends.python.blocks import writes
from cityos_compiler.backends.python.function import Function
from cityos_compiler.backends.python.results import assign


@writes(ir.Sleep)
def sleep(fn: Function, step: ir.Sleep) -> None:
    """A sleep for a time, or until one."""
    when = f"lasting={fn.expr(step.lasting)}" if step.lasting is not None else ""
    if step.until is not None:
        when = f"until={fn.expr(step.until)}"
    assign(fn, step.name, f'await self.sleep("{step.name}", {when})')
