"""Operations as Python: the call, its compensation, its failures, its business rounds."""

from __future__ import annotations

from cityos_compiler import ir
from cityos_compiler.backends.python.blocks import writes
from cityos_compiler.backends.python.function import Function
from cityos_compiler.backends.python.naming import attribute, variable
from cityos_compiler.backends.python.results import assign, expression_names, forget
from cityos_compiler.backends.python.steps.failing import write_caught
from cityos_dsl.expr import types as t
from cityos_dsl.fields import snake
from cityos_dsl.project import OperationModel


def call_text(
    fn: Function,
    operation: OperationModel,
    inputs: tuple[tuple[str, ir.Value], ...],
    system: ir.Expr | None = None,
) -> str:
    """An operation with its inputs: ``erpnext.reserve_inventory(order_id=..., items=...)``."""
    fn.module.systems.add(operation.system)
    callee = f"{operation.system}.{snake(operation.name)}"
    if system is not None:
        fn.module.chosen.add(operation.name)
        callee = f"{snake(operation.name).upper()}[{fn.expr(system)}]"
    kinds = {decl.name: decl.full_type for decl in operation.input}
    arguments = ", ".join(f"{attribute(name)}={fn.value(value, kinds.get(name))}" for name, value in inputs)
    return f"{callee}({arguments})"


def _undo_text(fn: Function, step: ir.Do) -> str | None:
    if step.undo is None:
        return None
    argument = "done" if step.undo.needs_result else "_"
    inner = fn.closure(**({step.name: "done"} if step.undo.needs_result else {}))
    call = call_text(inner, step.undo.operation, step.undo.inputs, step.undo.system)
    needs = "" if step.undo.needs_result else ", needs_result=False"
    kept = "".join(f", {name}" for name in _of_this_pass(fn, step.undo, step.name))
    if kept:
        return f"Undo.of(lambda {argument}{kept}: {call}{kept}{needs})"
    return f"Undo(lambda {argument}: {call}{needs})"


def _of_this_pass(fn: Function, undo: ir.Compensation, step: str) -> list[str]:
    """The variables that a later pass changes: what undoes a step, perhaps much later, means those of its own pass."""
    if not fn.loops:
        return []
    read = expression_names(undo) - ({step} if undo.needs_result else set())
    own = {name for name, _ in fn.module.workflow.results} | fn.names.keys()
    return sorted(fn.names.get(name, variable(name)) for name in read & own)


@writes(ir.Do)
def do(fn: Function, step: ir.Do) -> None:
    """An operation: plain, with branches for its failures, or in business rounds."""
    if step.rounds is not None:
        _rounds(fn, step, step.rounds)
    elif step.catch or step.on_failure == "steps":
        with fn.w.block("try:"):
            _plain_do(fn.branch(), step)
        write_caught(fn, step.catch, step.on_failure_steps)
    else:
        _plain_do(fn, step)


def _plain_do(fn: Function, step: ir.Do, bound: str | None = None) -> None:
    arguments = [f'"{step.name}"', call_text(fn, step.operation, step.inputs, step.system)]
    undo = _undo_text(fn, step)
    if undo is not None:
        arguments.append(f"undo={undo}")
    if step.summary:
        arguments.append(f"summary={fn.text(step.summary)}")
    if step.within is not None:
        arguments.append(f"within={fn.expr(step.within)}")
    if step.key is not None:
        text = fn.expr(step.key)
        arguments.append(f"key={text}" if step.key.type == t.STRING else f"key=str({text})")
    arguments += _failing(step, f"{fn.names['round']} < {bound}" if bound is not None else "")
    method = "attempt" if step.on_failure == "continue" else "do"
    assign(fn, step.name, f"await self.{method}({', '.join(arguments)})")


def _failing(step: ir.Do, more: str) -> list[str]:
    """The arguments that say what a failure means; `more` asks whether rounds are left."""
    before, last = ir.failure_ways(step)
    catches, on_failure = repr(last.catches), f'"{last.on_failure}"' if last.on_failure else "None"
    if before.on_failure != last.on_failure:
        on_failure = f'"{before.on_failure}" if {more} else {on_failure}'
    elif before.catches != last.catches:
        catches = f"{before.catches!r} if {more} else {catches}"
    said = [f"catches={catches}"] if before.catches or last.catches else []
    return said + ([f"on_failure={on_failure}"] if on_failure != "None" else [])


def _rounds(fn: Function, step: ir.Do, rounds: ir.Expr) -> None:
    """A step in business rounds: ``retry`` goes on with the next one, anything else leaves the rounds."""
    bound = fn.expr(rounds)
    number = fn.fresh("round_number")
    with fn.w.block(f'for {number} in self.rounds("{step.name}", {bound}):'):
        inner = fn.looping("rounds").inner(round=number)
        for branch in step.catch:
            forget(inner, branch.steps)
        with fn.w.block("try:"):
            _plain_do(inner.branch(), step, bound)
        write_caught(inner, step.catch, step.on_failure_steps, bound)
        fn.w("break")
