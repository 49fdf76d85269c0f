"""Going through the steps of a workflow."""

from __future__ import annotations

from functools import lru_cache

from cityos_compiler.ir.base import Block, Step
from cityos_compiler.ir.branching import If, Switch
from cityos_compiler.ir.do import Do
from cityos_compiler.ir.group import Group
from cityos_compiler.ir.loops import ForEach, Repeat
from cityos_compiler.ir.messages import Child
from cityos_compiler.ir.parallel import Parallel
from cityos_compiler.ir.saga import Undo
from cityos_compiler.ir.waiting import Await, Meanwhile, Timer
from cityos_compiler.ir.workflow import Workflow


def walk(block: Block) -> list[Step]:
    """All steps of a block, nested ones too, in the order in which they are written."""
    steps: list[Step] = []
    for step in block:
        steps.append(step)
        for inner in children(step):
            steps += walk(inner)
    return steps


def children(step: Step) -> list[Block]:
    """The blocks inside a step, in order."""
    match step:
        case Do():
            return [c.steps for c in step.catch] + ([step.on_failure_steps] if step.on_failure_steps else [])
        case Await():
            own = [branch.steps for branch in step.branches]
            return [*own, *beside(step.meanwhile), step.then, step.timeout or ()]
        case If():
            return [step.then, step.otherwise or ()]
        case Switch():
            return [*(block for _, block in step.cases), step.default or ()]
        case Group():
            failing = [c.steps for c in step.catch] + ([step.on_failure_steps] if step.on_failure_steps else [])
            return [step.steps, *beside(step.meanwhile), *failing, step.timeout or ()]
        case ForEach():
            return [step.steps, *beside(step.meanwhile)]
        case Repeat():
            return [step.steps, *beside(step.meanwhile), step.exhausted or ()]
        case Parallel():
            return [block for _, block in step.branches]
        case Child():
            return [step.on_failure_steps] if step.on_failure_steps else []
    return []


def all_timers(workflow: Workflow) -> list[Timer]:
    """Every timer of a workflow, in the order in which they are written."""
    blocks = (workflow.meanwhile, *(getattr(step, "meanwhile", None) for step in all_steps(workflow)))
    return [timer for block in blocks if isinstance(block, Meanwhile) for timer in block.timers]


def beside(meanwhile: Meanwhile | None) -> list[Block]:
    """The blocks of what is done beside a block: signals first, then timers."""
    if meanwhile is None:
        return []
    return [branch.steps for branch in meanwhile.branches] + [timer.steps for timer in meanwhile.timers]


def all_steps(workflow: Workflow) -> list[Step]:
    """Every step of a workflow: its flow, what is beside it, and what comes last."""
    return list(_all_steps(workflow))


@lru_cache(maxsize=128)
def _all_steps(workflow: Workflow) -> tuple[Step, ...]:
    """Gathered once: nearly every rule goes through them."""
    blocks = (workflow.steps, *beside(workflow.meanwhile), workflow.last)
    return tuple(step for block in blocks for step in walk(block))


def undone_by_name(workflow: Workflow) -> frozenset[str]:
    """The steps and blocks that an `undo: name` of the workflow names."""
    return frozenset(step.only for step in all_steps(workflow) if isinstance(step, Undo) and step.only is not None)
