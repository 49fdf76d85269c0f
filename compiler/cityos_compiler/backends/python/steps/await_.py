"""Waits as Python: what they listen to, and a branch for each way they end."""

from __future__ import annotations

from collections.abc import Callable

from cityos_compiler import ir
from cityos_compiler.backends.python.blocks import write_block, writes
from cityos_compiler.backends.python.function import Function
from cityos_compiler.backends.python.naming import variable
from cityos_compiler.backends.python.results import expression_names
from cityos_compiler.backends.python.steps.meanwhile import write_meanwhile


@writes(ir.Await)
def await_(fn: Function, step: ir.Await) -> None:
    """A wait, and a branch for each way it ends."""
    meanwhile = write_meanwhile(fn, step.meanwhile)
    names = _listeners(fn, step)
    arguments = [f'"{step.name}"']
    if names:
        arguments.append("[" + ", ".join(name for group in names for name in group) + "]")
    if step.when is not None:
        arguments.append(f"when=lambda: {fn.closure().expr(step.when)}")
    if step.until is not None:
        arguments.append(f"until=lambda: {fn.closure().expr(step.until)}")
    if step.lasting is not None:
        arguments.append(f"lasting={fn.expr(step.lasting)}")
    if meanwhile:
        arguments.append(f"meanwhile={meanwhile}")
    waiting = f"await self.wait({', '.join(arguments)})"
    endings = _endings(fn, step, names)
    if not any(steps for _, steps, _ in endings):
        fn.w(waiting)
        return
    heard = "heard"
    fn.w(f"{heard} = {waiting}")
    word = "if"
    for test, steps, prologue in endings:
        if not steps:
            continue
        with fn.w.block(f"{word} {test}:"):
            inner = fn.branch()
            prologue(inner)
            write_block(inner, steps)
        word = "elif"


def _endings(
    fn: Function, step: ir.Await, names: list[list[str]]
) -> list[tuple[str, ir.Block, Callable[[Function], None]]]:
    """How a wait may end: a test, what is done, and how the branch's signal is got at."""
    found: list[tuple[str, ir.Block, Callable[[Function], None]]] = []
    for branch, listeners in zip(step.branches, names, strict=True):
        test = f"heard.by is {listeners[0]}"
        if len(listeners) > 1:
            test = " or ".join(f"heard.by is {name}" for name in listeners)
        found.append((test, branch.steps, _signal_prologue(branch, listeners)))
    if step.when is not None:
        found.append(("heard.met", step.then, lambda _: None))
    if step.timeout is not None:
        found.append(("heard.timed_out", step.timeout, lambda _: None))
    return found


def _signal_prologue(branch: ir.Branch, listeners: list[str]) -> Callable[[Function], None]:
    def write(fn: Function) -> None:
        if "signal" not in {name for inner in branch.steps for name in expression_names(inner)}:
            return
        fn.names["signal"] = f"{listeners[0]}_signal"
        if len(listeners) == 1:
            fn.w(f"{fn.names['signal']} = {listeners[0]}.payload(heard)")
        else:
            either = "Or".join(model.payload.name for model in branch.signals)
            fn.names["signal"] = f"{listeners[0]}_or_other"
            fn.w(f"{fn.names['signal']} = {either}.model_validate(dict(heard.payload or {{}}))")

    return write


def _listeners(fn: Function, step: ir.Await) -> list[list[str]]:
    """Write what a wait listens to, one variable a signal of a branch."""
    used: set[str] = set()
    names = []
    for branch in step.branches:
        group = []
        for model in branch.signals:
            name = variable(model.name)
            while name in used:
                name += "_again"
            used.add(name)
            where = ""
            if branch.where is not None:
                where = f", where=lambda signal: {fn.closure(signal='signal').expr(branch.where)}"
            fn.w(f"{name} = On(signals.{model.payload.name}{where})")
            group.append(name)
        names.append(group)
    return names
