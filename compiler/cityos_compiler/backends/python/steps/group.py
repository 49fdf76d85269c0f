"""Groups as Python."""

from __future__ import annotations

from contextlib import nullcontext

from cityos_compiler import ir
from cityos_compiler.backends.python.blocks import write_block, writes
from cityos_compiler.backends.python.function import Function
from cityos_compiler.backends.python.naming import variable
from cityos_compiler.backends.python.steps.do import call_text
from cityos_compiler.backends.python.steps.failing import write_caught, write_going_on
from cityos_compiler.backends.python.steps.loops import write_locals
from cityos_compiler.backends.python.steps.meanwhile import write_meanwhile, write_nonlocal


@writes(ir.Group)
def group(fn: Function, step: ir.Group) -> None:
    """A group: its steps in place, a block where something speaks of it, a function where a deadline may stop it."""
    if step.undo is not None:
        call = call_text(fn.closure(), step.undo.operation, step.undo.inputs, step.undo.system)
        fn.w(f'self.compensated("{step.name}", {call})')
    inner = write_locals(fn, step.locals)
    meanwhile = write_meanwhile(inner, step.meanwhile)
    guarded = bool(step.catch) or step.on_failure in ("steps", "continue")
    with fn.w.block("try:") if guarded else nullcontext():
        _work(fn, inner, step, meanwhile)
    if guarded:
        failing: ir.Block | None = step.on_failure_steps if step.on_failure == "steps" else None
        if step.on_failure == "continue" and not step.catch:
            write_going_on(fn, step.name)
        else:
            write_caught(fn, step.catch, () if step.on_failure == "continue" else failing)


def _work(fn: Function, inner: Function, step: ir.Group, meanwhile: str) -> None:
    """A group's steps."""
    arguments = f'"{step.name}"' + (f", meanwhile={meanwhile}" if meanwhile else "")
    if step.until is not None or step.within is not None:
        _bounded(fn, inner, step, meanwhile)
    elif step.left or step.name in ir.undone_by_name(fn.module.workflow):
        with fn.w.block(f"with self.block({arguments}):"):
            write_block(inner, step.steps)
    else:
        write_block(inner, step.steps)


def _bounded(fn: Function, inner: Function, step: ir.Group, meanwhile: str) -> None:
    """A group with a deadline: its steps are a function, which is stopped when the time is over."""
    work = f"{variable(step.name)}_steps"
    given = [s.name for s in ir.walk(step.steps) if s.name in fn.optional]
    with fn.w.block(f"async def {work}() -> None:"):
        if given:
            fn.w(f"nonlocal {', '.join(variable(name) for name in given)}")
        write_nonlocal(inner, step.steps)
        write_block(inner.closure(), step.steps)
    listened = f", meanwhile={meanwhile}" if meanwhile else ""
    deadline = f"until={fn.expr(step.until)}" if step.until is not None else ""
    if step.within is not None:
        deadline = f"lasting={fn.expr(step.within)}"
    waiting = f'await self.bounded("{step.name}", {work}, {deadline}{listened})'
    if step.within is not None:
        with fn.w.block(f"if not {waiting}:"):
            fn.w(f'self.fail("TimeoutError", "{step.name} was not done in time")')
        return
    if not step.timeout:
        fn.w(waiting)
        return
    fn.w(f"in_time = {waiting}")
    with fn.w.block("if not in_time:"):
        write_block(fn.branch(), step.timeout)
