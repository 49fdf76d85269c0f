"""Branches side by side, as functions."""

from __future__ import annotations

from cityos_compiler import ir
from cityos_compiler.backends.python.blocks import write_block, writes
from cityos_compiler.backends.python.function import Function
from cityos_compiler.backends.python.naming import variable
from cityos_compiler.backends.python.steps.meanwhile import write_nonlocal


@writes(ir.Parallel)
def parallel(fn: Function, step: ir.Parallel) -> None:
    """Branches as functions; what they give is assigned in the enclosing one."""
    entries = []
    for name, steps in step.branches:
        function = f"branch_{variable(name)}"
        given = [s.name for s in ir.walk(steps) if s.name in fn.optional]
        with fn.w.block(f"async def {function}() -> None:"):
            if given:
                fn.w(f"nonlocal {', '.join(variable(g) for g in given)}")
            write_nonlocal(fn, steps)
            write_block(fn.closure(), steps)
        entries.append(f'"{name}": {function}')
    first = ", first=True" if step.first else ""
    fn.w(f'await self.parallel("{step.name}", {{{", ".join(entries)}}}{first})')
