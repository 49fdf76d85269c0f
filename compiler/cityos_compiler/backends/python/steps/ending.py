"""What ends a flow, a block or a pass, as Python."""

from __future__ import annotations

from cityos_compiler import ir
from cityos_compiler.backends.python.blocks import writes
from cityos_compiler.backends.python.function import Function


@writes(ir.Return)
def return_(fn: Function, step: ir.Return) -> None:
    """The output; out of an inner function it travels as an exception."""
    text = fn.value(step.value, fn.module.workflow.output)
    if fn.nested:
        fn.w(f"raise Return({text})")
    else:
        fn.w(f"return {text}")


@writes(ir.Fail)
def fail(fn: Function, step: ir.Fail) -> None:
    """The end with an error class."""
    fn.w(f'self.fail("{step.error}", {fn.text(step.message)})')


@writes(ir.Leave)
def leave(fn: Function, step: ir.Leave) -> None:
    """Out of a loop or group: `break` where Python can."""
    if fn.loops and fn.loops[-1] == step.target:
        fn.w("break")
    else:
        fn.w(f'raise Leave("{step.target}")')


@writes(ir.Next)
def next_(fn: Function, step: ir.Next) -> None:
    """The next pass: `continue` where Python can."""
    if fn.loops and fn.loops[-1] == step.target:
        fn.w("continue")
    else:
        fn.w(f'raise Next("{step.target}")')


@writes(ir.Retry)
def retry(fn: Function, step: ir.Retry) -> None:
    """The next business round."""
    fn.w("continue")
