"""Blocks of steps as Python, and the bodies of functions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cityos_compiler import ir
from cityos_compiler.backends.python.function import Function
from cityos_compiler.backends.python.naming import variable
from cityos_compiler.backends.python.results import declared

Writing = Callable[[Function, Any], None]
WRITERS: dict[type[ir.Step], Writing] = {}


def writes(kind: type[ir.Step]) -> Callable[[Writing], Writing]:
    """Register the function that writes a step kind."""

    def register(function: Writing) -> Writing:
        WRITERS[kind] = function
        return function

    return register


def write_block(fn: Function, steps: ir.Block) -> None:
    """Write steps one after the other."""
    for step in steps:
        write_step(fn, step)


def write_step(fn: Function, step: ir.Step) -> None:
    """Write one step: where it stands in the spec, its guard, then itself."""
    if step.span is not None and not isinstance(step, ir.Set | ir.Leave | ir.Next | ir.Retry | ir.Return):
        label = f" {step.name}" if step.name else ""
        fn.w(f"# line {step.span.line}:{label}" if label else f"# line {step.span.line}")
    if step.guard is not None and not isinstance(step, ir.If):
        condition = fn.expr(step.guard)
        if _carries(step):  # a run that begins here was let in by an earlier one
            condition = f"{_resuming([step.name])} or ({condition})"
        with fn.w.block(f"if {condition}:"):
            _write(fn.branch(), step)
        return
    _write(fn, step)


def _write(fn: Function, step: ir.Step) -> None:
    if step.status is not None:
        fn.w(f'self.status("{step.status}")')
    WRITERS[type(step)](fn, step)


def function_body(fn: Function, steps: ir.Block) -> None:
    """The body of a function: results that not every path gives are declared first."""
    names, optional = declared(fn, steps)
    fn.optional = fn.optional | optional
    for name in names:
        if name in optional:
            kind = dict(fn.module.workflow.results)[name]
            annotation = fn.module.homes.annotation(kind, fn.module.name)
            carried = fn.module.carries and not fn.nested and name in fn.module.stored
            initial = f"self.done.{variable(name)}" if carried else "None"  # a resumed run goes on with what it knew
            fn.w(f"{variable(name)}: {annotation} | None = {initial}")
    _resumable(fn, steps)


def _resumable(fn: Function, steps: ir.Block) -> None:
    """Steps before a loop that may begin in a new run are skipped there: an earlier run did them."""
    places = [] if fn.nested else [place for place, step in enumerate(steps) if _carries(step)]
    begun = 0
    for number, place in enumerate(places):
        if place:
            with fn.w.block(f"if not {_resuming([steps[later].name for later in places[number:]])}:"):
                write_block(fn.branch(), steps[begun:place])
        begun = place
    write_block(fn, steps[begun:])


def _carries(step: ir.Step) -> bool:
    return isinstance(step, ir.Repeat) and step.carries


def _resuming(loops: list[str]) -> str:
    named = ", ".join(f'"{loop}"' for loop in loops)
    return f"self.resuming({named})" if len(loops) == 1 else f"self.resuming_any({named})"
