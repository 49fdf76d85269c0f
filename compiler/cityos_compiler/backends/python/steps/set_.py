"""Assignments of state as Python."""

from __future__ import annotations

from cityos_compiler import ir
from cityos_compiler.backends.python.blocks import writes
from cityos_compiler.backends.python.function import Function
from cityos_compiler.backends.python.naming import attribute, variable
from cityos_compiler.backends.python.results import expression_names
from cityos_dsl.expr import types as t


@writes(ir.Set)
def set_(fn: Function, step: ir.Set) -> None:
    """Assignments: all values are read before any variable changes."""
    targets, values = [], []
    for assignment in step.assignments:
        state = {local.name: local.type for local in fn.module.workflow.state}
        target = fn.names.get(assignment.variable, f"self.state.{attribute(assignment.variable)}")
        kind = state.get(assignment.variable)
        if assignment.entry is not None:
            target += f"[{_key(fn, step, assignment)}]"
            kind = kind.value if isinstance(kind, t.MapType) else None
        targets.append(target)
        values.append(fn.value(assignment.value, kind))
    if not _reads_assigned(step):
        for target, value in zip(targets, values, strict=True):
            fn.w(f"{target} = {value}")
    else:
        fn.w(f"{', '.join(targets)} = {', '.join(values)}")


def _key(fn: Function, step: ir.Set, assignment: ir.Assignment) -> str:
    """The entry's key; one that depends on what the step itself assigns is read before, as the values are."""
    assert assignment.entry is not None
    text = fn.expr(assignment.entry)
    if not expression_names(assignment.entry) & {each.variable for each in step.assignments}:
        return text
    name = f"{variable(assignment.variable)}_key"
    fn.w(f"{name} = {text}")
    return name


def _reads_assigned(step: ir.Set) -> bool:
    """Whether a value reads a variable that the same step assigns before it."""
    before: set[str] = set()
    for assignment in step.assignments:
        if before & expression_names((assignment.value, assignment.entry)):
            return True
        before.add(assignment.variable)
    return False
