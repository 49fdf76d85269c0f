"""What is done beside the flow may change what the flow knows: at which steps, and of which variables."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from cityos_compiler import ir
from cityos_dsl.expr import types as t
from cityos_dsl.spec import steps as s


def nulled(meanwhile: ir.Meanwhile | None) -> frozenset[str]:
    """The variables that what is done beside a block may set to null."""
    return frozenset(
        one.variable
        for block in ir.beside(meanwhile)
        for step in ir.walk(block)
        if isinstance(step, ir.Set)
        for one in step.assignments
        if one.entry is None and (isinstance(one.value.type, t.OptionalType) or one.value.type == t.NULL)
    )


def may_wait(step: ir.Step | None) -> bool:
    """Whether something may be done beside a step while it runs; an `await` and a loop see to that themselves."""
    match step:
        case ir.Do():
            return step.operation.spec.completes is not None or step.on_failure == "park"
        case ir.Child():
            return step.awaited
    return isinstance(step, ir.Sleep | ir.Pivot)


def assigned(value: Any) -> set[str]:
    """The variables that steps of a spec set, at any depth."""
    if isinstance(value, s.Set):
        return {key.text.partition("[")[0] for key in value.set}
    if isinstance(value, tuple):
        return {name for item in value for name in assigned(item)}
    if isinstance(value, Mapping):
        return {name for item in value.values() for name in assigned(item)}
    if isinstance(value, s.Step | s.Branch | s.Timer):
        return {name for f in fields(value) if f.name != "node" for name in assigned(getattr(value, f.name))}
    return set()
