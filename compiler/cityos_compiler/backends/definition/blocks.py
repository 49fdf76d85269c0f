"""Blocks of steps as data, and what is done beside them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any

from cityos_compiler import ir
from cityos_compiler.backends.definition.writing import Writing

Data = dict[str, Any]
Step = Callable[[Writing, Any], Data]
WRITERS: dict[type[ir.Step], Step] = {}


def writes(kind: type[ir.Step]) -> Callable[[Step], Step]:
    """Register the function that writes a step kind."""

    def register(function: Step) -> Step:
        WRITERS[kind] = function
        return function

    return register


def block(w: Writing, steps: ir.Block) -> list[Data]:
    """Steps, one after the other."""
    return [_step(w, step) for step in steps]


def maybe_block(w: Writing, steps: ir.Block | None) -> list[Data] | None:
    """Steps that may be left out, which says something else than no steps."""
    return block(w, steps) if steps is not None else None


def _step(w: Writing, step: ir.Step) -> Data:
    """A step's kind and name, its guard, its status, and what its kind says; what isn't said is left out."""
    data = WRITERS[type(step)](w, step)
    guard = step.guard if not isinstance(step, ir.If) else None
    head = {"name": step.name, "if": w.maybe(guard), "status": step.status}
    written = {key: value for key, value in (head | data).items() if value not in (None, "", False)}
    w.written.append((written, step))
    return written


def meanwhile(w: Writing, beside: ir.Meanwhile | None) -> Data | None:
    """What is done beside a block: signals first, then timers."""
    if beside is None:
        return None
    return {
        "signals": [signal_branch(w, branch) for branch in beside.branches],
        "timers": [_timer(w, timer) for timer in beside.timers],
    }


def signal_branch(w: Writing, branch: ir.Branch) -> Data:
    """The signals of a branch by their payloads' names, which ones are meant, and what is done."""
    return {
        "signals": [w.types.use(model.payload.name) for model in branch.signals],
        "where": w.maybe(branch.where),
        "steps": block(w, branch.steps),
    }


def _timer(w: Writing, timer: ir.Timer) -> Data:
    return {
        "name": timer.name,
        "every": w.maybe(timer.every),
        "at": w.maybe(timer.at),
        "each": timer.each,
        "among": w.maybe(timer.among),
        "past": "skip" if timer.skip_past else "run",
        "steps": block(w, timer.steps),
    }


def variables(w: Writing, variables: Iterable[ir.Local]) -> list[list[Any]]:
    """State of a block, with the values it begins with."""
    return [[local.name, w.maybe(local.init)] for local in variables]


def caught(w: Writing, catch: Iterable[ir.Catch]) -> list[Data]:
    """The branches for error classes, in order."""
    return [{"classes": list(each.classes), "retries": each.retries, "steps": block(w, each.steps)} for each in catch]


def results_in(w: Writing, *blocks: ir.Block) -> list[str]:
    """The results of these steps: what begins again must not take them for its own."""
    results = dict(w.workflow.results)
    steps = [step for each in blocks for step in ir.walk(each)]
    return [step.name for step in steps if step.name in results or isinstance(step, ir.Sleep)]
