"""FLOW015: loops and failure branches don't stand in each other more deeply than Python allows."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.rules.base import at, rule
from cityos_dsl.diagnostics import Finding
from cityos_dsl.project import Project

MOST = 18
"""Python allows 20 blocks (`with`, `for`, `try`) in each other; a `return` out of them takes room as well."""
LOOP, CAUGHT, ROUNDS = 3, 2, 1
"""What a loop takes (`with`, `for`, `async with`), a failure branch, and the rounds around one."""


@rule(
    "FLOW015",
    "Blocks within blocks, deeper than Python can",
    "A loop is three blocks of Python, a branch of a `catch` two, and Python allows twenty in each other.",
    bad="six loops in each other, with a `catch` in the innermost",
    good="- call: InnerWorkflow            # with the inner loops",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Look at each flow from its outermost block; where it gets too deep, say so once."""
    for block in (workflow.steps, *ir.beside(workflow.meanwhile), workflow.last):
        yield from _too_deep(workflow, block, 0)


def _too_deep(workflow: ir.Workflow, block: ir.Block, depth: int) -> Iterator[Finding]:
    for step in block:
        if depth + _own(step) > MOST:
            yield Finding(
                "FLOW015",
                f"`{getattr(step, 'name', 'this')}` stands in too many loops and failure branches for Python",
                at(step, workflow.file),
                "give the inner blocks to a workflow of their own, and `call:` it",
            )
            return
        for inner, taken in _inside(step):
            yield from _too_deep(workflow, inner, 0 if taken is None else depth + taken)


def _own(step: ir.Step) -> int:
    """The blocks that a step is written with, whatever stands in it."""
    match step:
        case ir.Do():
            tried = bool(step.catch) or step.on_failure in ("continue", "steps")
            return CAUGHT * tried + ROUNDS * (step.rounds is not None)
        case ir.Group() | ir.Child() | ir.SendSignal():
            return CAUGHT
        case ir.ForEach() | ir.Repeat():
            return LOOP
    return 0


def _inside(step: ir.Step) -> Iterator[tuple[ir.Block, int | None]]:
    """The blocks in a step, with what they take; None where a function of its own begins."""
    beside = ir.beside(getattr(step, "meanwhile", None))
    for inner in ir.children(step):
        if any(inner is one for one in beside) or isinstance(step, ir.Parallel):
            yield inner, None
        elif isinstance(step, ir.ForEach):
            yield inner, None if step.apart else LOOP
        elif isinstance(step, ir.Repeat):
            yield inner, LOOP
        elif isinstance(step, ir.Group) and inner is step.steps:
            yield inner, None if step.until is not None or step.within is not None else CAUGHT
        elif isinstance(step, ir.Do | ir.Group | ir.Child):
            yield inner, CAUGHT + ROUNDS * (isinstance(step, ir.Do) and step.rounds is not None)
        else:
            yield inner, 0
