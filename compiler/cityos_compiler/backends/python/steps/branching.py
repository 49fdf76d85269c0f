"""`if` and `switch` as Python."""

from __future__ import annotations

from cityos_compiler import ir
from cityos_compiler.backends.python.blocks import write_block, writes
from cityos_compiler.backends.python.function import Function


@writes(ir.If)
def if_(fn: Function, step: ir.If) -> None:
    """`if` and `else`."""
    assert step.guard is not None
    with fn.w.block(f"if {fn.expr(step.guard)}:"):
        write_block(fn.branch(), step.then)
    if step.otherwise:
        with fn.w.block("else:"):
            write_block(fn.branch(), step.otherwise)


@writes(ir.Switch)
def switch(fn: Function, step: ir.Switch) -> None:
    """A `match` over the value."""
    with fn.w.block(f"match {fn.expr(step.on)}:"):
        for value, steps in step.cases:
            with fn.w.block(f'case "{value}":'):
                write_block(fn.branch(), steps)
        if step.default is not None:
            with fn.w.block("case _:"):
                write_block(fn.branch(), step.default)
