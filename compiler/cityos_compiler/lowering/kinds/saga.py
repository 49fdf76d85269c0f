"""Lowering of `undo` and `pivot`."""

from __future__ import annotations

from cityos_compiler import ir
from cityos_compiler.lowering.env import Env
from cityos_compiler.lowering.steps import Lowered, Lowering, lowers
from cityos_dsl.spec import steps as s


@lowers(s.Undo)
def undo(low: Lowering, step: s.Undo, env: Env) -> Lowered:
    """Undo all that is registered, or one step's."""
    only = step.undo.text if step.undo is not None and not step.undo.is_null else None
    if step.undo is not None and only is not None:
        low.undos.append(step.undo)  # checked at the end: beside the flow, a step may come later in the text
    return ir.Undo(name="", only=only), env


@lowers(s.Pivot)
def pivot(low: Lowering, step: s.Pivot, env: Env) -> Lowered:
    """Commit."""
    return ir.Pivot(name=""), env
