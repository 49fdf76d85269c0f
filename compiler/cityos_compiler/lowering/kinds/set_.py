"""Lowering of `set`."""

from __future__ import annotations

from cityos_compiler import ir
from cityos_compiler.lowering.env import Env
from cityos_compiler.lowering.steps import Lowered, Lowering, lowers
from cityos_dsl.diagnostics import did_you_mean
from cityos_dsl.expr import types as t
from cityos_dsl.source import Scalar
from cityos_dsl.spec import steps as s


@lowers(s.Set)
def set_(low: Lowering, step: s.Set, env: Env) -> Lowered:
    """Assignments: all values are read before any variable changes."""
    assignments, after = [], env
    for key, node in step.set.items():
        variable, _, rest = key.text.partition("[")
        kind = {**env.state, **env.locals}.get(variable)
        if kind is None:
            known = [*env.state, *env.locals]
            low.values.refuse("NAME006", f"there is no state variable `{variable}`", key.span,
                              did_you_mean(variable, known, "state here"))  # fmt: skip
            continue
        entry = low.values.expr(Scalar(rest.removesuffix("]"), key.span), env, t.STRING) if rest else None
        if rest:
            kind = kind.value if isinstance(kind, t.MapType) else t.ANY
        value = low.values.value(node, env, t.without_null(kind) if variable in low.never_null and not rest else kind)
        if value is None:
            continue
        assignments.append(ir.Assignment(variable=variable, entry=entry, value=value))
        if not rest:
            after = after.forget(variable)
            if isinstance(kind, t.OptionalType) and not isinstance(value.type, t.OptionalType) and value.type != t.NULL:
                after = after.knowing([variable])
    return ir.Set(name=low.name(step, ""), assignments=tuple(assignments)), after
