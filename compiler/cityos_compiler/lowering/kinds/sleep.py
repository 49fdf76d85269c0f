"""Lowering of `sleep`."""

from __future__ import annotations

from cityos_compiler import ir
from cityos_compiler.lowering.env import Env
from cityos_compiler.lowering.steps import Lowered, Lowering, lowers
from cityos_dsl.expr import types as t
from cityos_dsl.spec import steps as s


@lowers(s.Sleep)
def sleep(low: Lowering, step: s.Sleep, env: Env) -> Lowered:
    """A sleep: for a duration or until an instant."""
    name = low.name(step, step.sleep.text)
    if (step.for_ is None) == (step.until is None):
        low.values.refuse("WAIT001", "a sleep says `for:` or `until:`", step.sleep.span)
    lasting = low.values.expr(step.for_, env, t.DURATION) if step.for_ else None
    until = low.values.expr(step.until, env, t.TIMESTAMP) if step.until else None
    slept = low.results[name] = t.RecordType("Slept", (t.Field("was_past", t.BOOL),))
    return ir.Sleep(name=name, lasting=lasting, until=until), env.with_result(name, slept)
