"""What ends a flow, a block or a pass, and assignments, undoing and the commit, as data."""

from __future__ import annotations

from cityos_compiler import ir
from cityos_compiler.backends.definition.blocks import Data, writes
from cityos_compiler.backends.definition.writing import Writing
from cityos_dsl.expr import types as t


@writes(ir.Return)
def return_(w: Writing, step: ir.Return) -> Data:
    """The output."""
    return {"step": "return", "value": w.value(step.value, w.workflow.output)}


@writes(ir.Fail)
def fail(w: Writing, step: ir.Fail) -> Data:
    """The end with an error class."""
    return {"step": "fail", "error": step.error, "message": w.text(step.message)}


@writes(ir.Leave)
def leave(w: Writing, step: ir.Leave) -> Data:
    """Out of a loop or group."""
    return {"step": "leave", "target": step.target}


@writes(ir.Next)
def next_(w: Writing, step: ir.Next) -> Data:
    """The next pass."""
    return {"step": "next", "target": step.target}


@writes(ir.Retry)
def retry(w: Writing, step: ir.Retry) -> Data:
    """The next business round."""
    return {"step": "retry"}


@writes(ir.Undo)
def undo(w: Writing, step: ir.Undo) -> Data:
    """Compensations now."""
    return {"step": "undo", "only": step.only}


@writes(ir.Pivot)
def pivot(w: Writing, step: ir.Pivot) -> Data:
    """The commit."""
    return {"step": "pivot"}


@writes(ir.Set)
def set_(w: Writing, step: ir.Set) -> Data:
    """Assignments of state."""
    state = {local.name: local.type for local in w.workflow.state}
    assignments = []
    for each in step.assignments:
        kind = state.get(each.variable)
        if each.entry is not None:
            kind = kind.value if isinstance(kind, t.MapType) else None
        entry = w.maybe(each.entry)
        assignments.append({"variable": each.variable, "entry": entry, "value": w.value(each.value, kind)})
    return {"step": "set", "assignments": assignments}
