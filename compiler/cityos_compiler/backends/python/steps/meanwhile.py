"""What is done beside a block, as functions that its waits are given."""

from __future__ import annotations

from cityos_compiler import ir
from cityos_compiler.backends.python.blocks import function_body
from cityos_compiler.backends.python.function import Function
from cityos_compiler.backends.python.naming import variable
from cityos_dsl.expr import types as t


def write_meanwhile(fn: Function, meanwhile: ir.Meanwhile | None) -> str:
    """Write the functions of what is done beside a block; returns the list that the block is given."""
    if meanwhile is None:
        return ""
    entries = []
    for branch in meanwhile.branches:
        entries += [_on(fn, branch, m.name, f"signals.{m.payload.name}") for m in branch.signals]
        if not branch.signals:
            entries.append(_on(fn, branch, "cancel", "Cancel"))
    entries += [_timer(fn, timer) for timer in meanwhile.timers]
    return "[" + ", ".join(entries) + "]"


def _on(fn: Function, branch: ir.Branch, signal: str, model: str) -> str:
    """The function of a branch for one of its signals, or for the cancellation."""
    name = f"on_{variable(signal)}_{fn.counter[0]}" if fn.counter[0] else f"on_{variable(signal)}"
    fn.counter[0] += 1
    with fn.w.block(f"async def {name}(signal: {model}) -> None:"):
        write_nonlocal(fn, branch.steps)
        function_body(fn.closure(signal="signal"), branch.steps)
    where = ""
    if branch.where is not None:
        where = f"where=lambda signal: {fn.closure(signal='signal').expr(branch.where)}, "
    return f"On({model}, {where}do={name})"


def _timer(fn: Function, timer: ir.Timer) -> str:
    name = f"at_{variable(timer.name)}"
    item = {timer.each: variable(timer.each)} if timer.each is not None else {}
    kind = timer.among.type.item if timer.among is not None and isinstance(timer.among.type, t.ListType) else t.ANY
    argument = ", ".join(f"{python}: {fn.module.homes.annotation(kind, fn.module.name)}" for python in item.values())
    with fn.w.block(f"async def {name}({argument}) -> None:"):
        write_nonlocal(fn, timer.steps)
        function_body(fn.closure(**item), timer.steps)
    if timer.every is not None:
        return f"Every({fn.expr(timer.every)}, do={name})"
    past = ', past="skip"' if timer.skip_past else ""
    at = fn.closure(**item).expr(timer.at) if timer.at is not None else "None"
    if timer.among is None:
        return f'At(lambda: {at}, do={name}, key="{timer.name}"{past})'
    python = variable(timer.each or "item")
    with fn.w.block(f"def {name}_when({argument}) -> datetime | None:"):
        fn.w(f"return {at}")
    return (
        f"*(At(partial({name}_when, {python}), do=partial({name}, {python}), "
        f'key=f"{timer.name}:{{number}}"{past}) for number, {python} in enumerate({fn.expr(timer.among)}))'
    )


def write_nonlocal(fn: Function, steps: ir.Block) -> None:
    """Variables of the enclosing function that an inner one assigns."""
    assigned = {
        a.variable for step in ir.walk(steps) if isinstance(step, ir.Set) for a in step.assignments if a.entry is None
    }
    local = sorted(fn.names[name] for name in assigned if name in fn.names)
    if local:
        fn.w(f"nonlocal {', '.join(local)}")
