"""Groups as data."""

from __future__ import annotations

from cityos_compiler import ir
from cityos_compiler.backends.definition.blocks import (
    Data,
    block,
    caught,
    maybe_block,
    meanwhile,
    variables,
    writes,
)
from cityos_compiler.backends.definition.steps.do import compensation
from cityos_compiler.backends.definition.writing import Writing


@writes(ir.Group)
def group(w: Writing, step: ir.Group) -> Data:
    """A group: a block where something speaks of it, with a deadline where it has one."""
    data: Data = {
        "step": "group",
        "undo": compensation(w, step.undo),
        "variables": variables(w, step.locals),
        "meanwhile": meanwhile(w, step.meanwhile),
        "named": step.left or step.name in ir.undone_by_name(w.workflow),
        "until": w.maybe(step.until),
        "within": w.maybe(step.within),
        "timeout": maybe_block(w, step.timeout),
        "goes_on": step.on_failure == "continue" and not step.catch,
        "steps": block(w, step.steps),
    }
    if step.catch or step.on_failure == "steps":
        data["catch"] = caught(w, step.catch)
        data["otherwise"] = [] if step.on_failure == "continue" else maybe_block(w, step.on_failure_steps)
    return data
