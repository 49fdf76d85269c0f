"""Lowering of `if` and `switch`."""

from __future__ import annotations

from dataclasses import replace

from cityos_compiler import ir
from cityos_compiler.lowering.env import Env, merge
from cityos_compiler.lowering.steps import Lowered, Lowering, lowers
from cityos_dsl.diagnostics import Span, did_you_mean
from cityos_dsl.expr import types as t
from cityos_dsl.source import Mapping
from cityos_dsl.spec import steps as s


@lowers(s.If)
def if_(low: Lowering, step: s.If, env: Env) -> Lowered:
    """A branching; `env` already knows what its condition says."""
    if step.if_ is None:
        low.values.refuse("SPEC002", "`then` needs an `if`", step.node.span)
        return None, env
    guard = low.values.condition(step.if_, env)
    then, after_then = low.block(step.then, env)
    otherwise = None
    bare = replace(env, known=env.known - (guard.checked.when_true if guard else frozenset()))
    after_else: Env | None = bare.knowing(guard.checked.when_false) if guard else bare
    if step.else_ is not None and after_else is not None:
        otherwise, after_else = low.block(step.else_, after_else)
    return ir.If(name=low.name(step, ""), then=then, otherwise=otherwise), merge([after_then, after_else])


@lowers(s.Switch)
def switch(low: Lowering, step: s.Switch, env: Env) -> Lowered:
    """A choice by value; an enumeration must be complete or have a default."""
    on = low.values.expr(step.switch, env)
    cases, afters = [], list[Env | None]()
    kind = on.type if on else t.ANY
    for key, steps in step.cases.items():
        if isinstance(kind, t.EnumType) and key.text not in kind.members:
            low.values.refuse("NAME008", f"`{key.text}` is no value of {t.show(kind)}", key.span,
                              did_you_mean(key.text, kind.members))  # fmt: skip
        block, after = low.block(steps, env.knowing(low.values.told_by(on, [key.text])))
        cases.append((key.text, block))
        afters.append(after)
    default = None
    if step.default is not None:
        others = set(kind.members) - {key.text for key in step.cases} if isinstance(kind, t.EnumType) else ()
        default, after = low.block(step.default, env.knowing(low.values.told_by(on, others)))
        afters.append(after)
    elif not (isinstance(kind, t.EnumType) and set(kind.members) <= {key.text for key in step.cases}):
        afters.append(env)
    if on is None:
        return None, merge(afters)
    lowered = ir.Switch(
        name=low.name(step, ""), on=on, cases=tuple(cases), default=default,
        places=tuple(key.span for key in step.cases), default_place=_key_span(step, "default"),
    )  # fmt: skip
    return lowered, merge(afters)


def _key_span(step: s.Switch, word: str) -> Span | None:
    entries = step.node.entries if isinstance(step.node, Mapping) else ()
    return next((key.span for key, _ in entries if key.text == word), None)
