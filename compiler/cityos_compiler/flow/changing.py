"""What steps change: the variables that they set and the results that they give."""

from __future__ import annotations

from collections.abc import Iterable

from cityos_compiler import ir


def changed(blocks: Iterable[ir.Block]) -> set[str]:
    """The names whose values the steps of these blocks change, at any depth."""
    names: set[str] = set()
    for block in blocks:
        for step in ir.walk(block):
            if isinstance(step, ir.Set):
                names |= {one.variable for one in step.assignments}
            elif step.name:
                names.add(step.name)
            if isinstance(step, ir.ForEach | ir.Repeat | ir.Group):
                names |= {local.name for local in step.locals}
    return names


def at_any_time(workflow: ir.Workflow) -> set[str]:
    """The names that change beside the flow: under `meanwhile`, in branches and passes that run side by side."""
    blocks = ir.beside(workflow.meanwhile)
    for step in ir.all_steps(workflow):
        match step:
            case ir.Await() | ir.Group() | ir.Repeat():
                blocks += ir.beside(step.meanwhile)
            case ir.ForEach():
                blocks += [*ir.beside(step.meanwhile), *([step.steps] if step.apart else [])]
            case ir.Parallel():
                blocks += [block for _, block in step.branches]
    return changed(blocks)
