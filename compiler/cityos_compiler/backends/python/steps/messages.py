"""Children, signals and events as Python."""

from __future__ import annotations

from cityos_compiler import ir
from cityos_compiler.backends.python.blocks import writes
from cityos_compiler.backends.python.function import Function
from cityos_compiler.backends.python.naming import attribute
from cityos_compiler.backends.python.results import assign


@writes(ir.Child)
def child(fn: Function, step: ir.Child) -> None:
    """A child workflow, awaited or started."""
    inputs = ", ".join(f"{attribute(name)}={fn.value(value)}" for name, value in step.inputs)
    method = "call" if step.awaited else "start"
    model = f"{step.workflow.removesuffix('Workflow')}Input"
    text = (
        f'await self.{method}("{step.name}", "{step.workflow}", {model}({inputs}), workflow_id=f"{step.workflow_id}")'
    )
    if step.awaited:
        assign(fn, step.name, text)
    else:
        fn.w(text)


@writes(ir.SendSignal)
def send(fn: Function, step: ir.SendSignal) -> None:
    """A signal to another workflow."""
    payload = "{" + ", ".join(f'"{name}": {fn.value(value)}' for name, value in step.payload) + "}"
    assign(fn, step.name, f'await self.signal_other("{step.name}", f"{step.to}", "{step.signal.name}", {payload}, '
            f'missing="{step.missing}")')  # fmt: skip


@writes(ir.Emit)
def emit(fn: Function, step: ir.Emit) -> None:
    """An event into the outbox."""
    payload = "{" + ", ".join(f'"{name}": {fn.value(value)}' for name, value in step.payload) + "}"
    fn.w(f'await self.emit("{step.event}", {payload})')
