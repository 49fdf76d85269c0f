"""`if`, `switch` and `parallel` as data."""

from __future__ import annotations

from cityos_compiler import ir
from cityos_compiler.backends.definition.blocks import Data, block, maybe_block, writes
from cityos_compiler.backends.definition.writing import Writing


@writes(ir.If)
def if_(w: Writing, step: ir.If) -> Data:
    """`if` and `else`."""
    return {
        "step": "if",
        "condition": w.maybe(step.guard),
        "then": block(w, step.then),
        "else": block(w, step.otherwise or ()),
    }


@writes(ir.Switch)
def switch(w: Writing, step: ir.Switch) -> Data:
    """A choice by a value."""
    return {
        "step": "switch",
        "on": w.expression(step.on),
        "cases": [[value, block(w, steps)] for value, steps in step.cases],
        "default": maybe_block(w, step.default),
    }


@writes(ir.Parallel)
def parallel(w: Writing, step: ir.Parallel) -> Data:
    """Branches side by side."""
    return {
        "step": "parallel",
        "branches": [[name, block(w, steps)] for name, steps in step.branches],
        "first": step.first,
    }
