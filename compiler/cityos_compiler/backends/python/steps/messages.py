"""Children, signals and events as Python."""

from __future__ import annotations

from cityos_compiler import ir
from cityos_compiler.backends.python.blocks import writes
from cityos_compiler.backends.python.function import Function
from cityos_compiler.backends.python.naming import attribute, workflow_module_name
from cityos_compiler.backends.python.results import assign
from cityos_compiler.backends.python.steps.failing import write_caught, write_going_on


@writes(ir.Child)
def child(fn: Function, step: ir.Child) -> None:
    """A child workflow, awaited or started."""
    guarded = step.on_failure != "fail"
    if guarded:
        fn.w("try:")
        fn.w.depth += 1
    _child(fn.branch() if guarded else fn, step)
    if guarded:
        fn.w.depth -= 1
        if step.on_failure == "continue":
            write_going_on(fn, step.name)
        else:
            write_caught(fn, (), step.on_failure_steps)


def _child(fn: Function, step: ir.Child) -> None:
    home = workflow_module_name(step.number, step.workflow)
    inputs = ", ".join(f"{attribute(name)}={fn.value(value)}" for name, value in step.inputs)
    model = f"{home}.{step.workflow.removesuffix('Workflow')}Input({inputs})"
    arguments = [f'"{step.name}"', f'"{step.workflow}"', model, f'workflow_id="{step.workflow_id}"']
    if step.awaited:
        arguments.append(f"result={home}.{step.workflow.removesuffix('Workflow')}Result")
    arguments.append(f'task_queue="{step.task_queue}"')
    if step.summary:
        arguments.append(f"summary={fn.text(step.summary)}")
    method = "call" if step.awaited else "start"
    assign(fn, step.name, f"await self.{method}({', '.join(arguments)})")


@writes(ir.SendSignal)
def send(fn: Function, step: ir.SendSignal) -> None:
    """A signal to another workflow."""
    payload = ", ".join(f"{attribute(name)}={fn.value(value)}" for name, value in step.payload)
    to = f'"{step.to}"' + "".join(f", {name}={fn.value(value)}" for name, value in step.values)
    assign(
        fn,
        step.name,
        f'await self.signal_other("{step.name}", self.id_of({to}), "{step.signal.name}", '
        f'signals.{step.signal.payload.name}({payload}), missing="{step.missing}")',
    )


@writes(ir.Emit)
def emit(fn: Function, step: ir.Emit) -> None:
    """An event into the outbox."""
    payload = "{" + ", ".join(f'"{name}": {fn.value(value)}' for name, value in step.payload) + "}"
    fn.w(f'await self.emit("{step.event}", {payload})')
