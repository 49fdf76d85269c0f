"""Lowering of `for_each` and `repeat`."""

from __future__ import annotations

from cityos_compiler import ir
from cityos_compiler.lowering.env import ERROR, Env, merge
from cityos_compiler.lowering.naming import Target
from cityos_compiler.lowering.steps import Lowered, Lowering, lowers
from cityos_dsl.expr import types as t
from cityos_dsl.expr.fold import known_value
from cityos_dsl.fields import camel
from cityos_dsl.spec import steps as s


@lowers(s.ForEach)
def for_each(low: Lowering, step: s.ForEach, env: Env) -> Lowered:
    """A loop over a list or a range; each pass is fresh, and what it learns is not known after it."""
    name = low.name(step, step.for_each.text)
    among = low.values.expr(step.in_, env) if step.in_ else None
    first = low.values.expr(step.from_, env, t.INT) if step.from_ else None
    last = low.values.expr(step.to, env, t.INT) if step.to else None
    if (step.in_ is None) == (step.from_ is None):
        low.values.refuse("LOOP001", "a `for_each` goes through a list (`in:`) or a range (`from:`, `to:`)",
                          step.for_each.span)  # fmt: skip
    _empty(low, step, first, last)
    item: t.Type = t.INT
    if among is not None:
        item = among.type.item if isinstance(among.type, t.ListType) else t.ANY
        if not isinstance(among.type, t.ListType):
            low.values.refuse("LOOP002", f"`in:` is a list, and this is {t.show(among.type)}",
                              step.in_.span if step.in_ else step.for_each.span)  # fmt: skip
    inner = env.with_locals({step.as_.text: item}).with_extra(**{"pass": t.INT})
    where = low.values.condition(step.where, inner) if step.where else None
    if where is not None:
        inner = inner.knowing(where.checked.when_true)
    local, inner = low.local_state(step.state, inner)
    failing = step.failing.text if step.failing else "stop"
    target = Target(name, is_loop=True, apart=step.concurrency is not None or failing != "stop")
    inner = low.fresh(inner, step.steps)
    low.targets.append(target)
    low.handled.append(("any",) if failing != "stop" else ())
    # Beside passes that run apart from each other there is no one pass whose names could be meant.
    meanwhile = low.meanwhile(step.meanwhile, env if target.apart else inner)
    before = set(low.results)
    with low.beside(meanwhile):
        steps, after = low.block(step.steps, low.waited(inner))
    give = low.values.expr(step.give, after, None) if step.give and after is not None else None
    low.handled.pop()
    low.targets.pop()
    out = low.fresh(env, step.steps).after_loop([n for n in low.results if n not in before], name)
    gives, outcome = t.ListType(give.type) if give is not None else None, None
    if failing == "collect":
        outcome = _outcome(low, name, item, gives)
    if result := outcome or gives:
        out = out.with_result(name, result)
        low.results[name] = result
    lowered = ir.ForEach(
        name=name, item=step.as_.text, item_type=item, among=among, first=first, last=last, where=where,
        concurrency=low.values.expr(step.concurrency, env, t.INT) if step.concurrency else None,
        failing=failing, outcome=outcome, give=give, locals=local, meanwhile=meanwhile, steps=steps,
    )  # fmt: skip
    return lowered, out


def _empty(low: Lowering, step: s.ForEach, first: ir.Expr | None, last: ir.Expr | None) -> None:
    """A range that ends before it begins, whatever happens."""
    bounds = [known_value(bound.checked.expr, {}) if bound is not None else None for bound in (first, last)]
    if step.to is not None and bounds[0] is not None and bounds[1] is not None and bounds[1][0] < bounds[0][0]:
        low.values.refuse("LOOP001", f"from {bounds[0][0]} to {bounds[1][0]} there is nothing to go through",
                          step.to.span, "the first number stands under `from:`")  # fmt: skip


def _outcome(low: Lowering, name: str, item: t.Type, gives: t.ListType | None) -> t.RecordType:
    """What a loop that collects its failures leaves: the list of what passes gave, and the failed elements."""
    owner = camel(low.workflow.removesuffix("Workflow")) + camel(name)
    failed = t.RecordType(owner + "Failed", (t.Field("item", item), *ERROR.fields))
    given = (t.Field("given", gives),) if gives is not None else ()
    return t.RecordType(owner, (*given, t.Field("failed", t.ListType(failed))))


@lowers(s.Repeat)
def repeat(low: Lowering, step: s.Repeat, env: Env) -> Lowered:
    """A repetition: bounded, with what is done when the bound is reached, or for ever."""
    name = low.name(step, step.repeat.text)
    if step.at_most is None and step.forever is None:
        low.values.refuse("LOOP003", "this loop has no bound", step.repeat.span,
                          "add `at_most:` with an `exhausted:` branch, or `forever: true`")  # fmt: skip
    if step.at_most is not None and step.exhausted is None and step.while_ is None:
        low.values.refuse("LOOP004", "what happens when the bound is reached?", step.at_most.span,
                          "add an `exhausted:` branch; `exhausted: []` goes on")  # fmt: skip
    at_most = low.values.expr(step.at_most, env, t.INT) if step.at_most else None
    target = Target(name, is_loop=True)
    inner = env.with_extra(**{"pass": t.INT})
    condition = low.values.condition(step.while_, inner) if step.while_ else None
    local, inner = low.local_state(step.state, inner)
    inner = low.fresh(inner, step.steps)
    env = low.fresh(env, step.steps)
    low.targets.append(target)
    meanwhile = low.meanwhile(step.meanwhile, inner)
    before = set(low.results)
    with low.beside(meanwhile):
        steps, _ = low.block(step.steps, low.waited(inner))
    low.targets.pop()
    inside = [n for n in low.results if n not in before]
    exhausted, after = None, None
    if step.exhausted is not None:
        exhausted, after = low.block(step.exhausted, env)
    ends: list[Env | None] = [env.after_loop(inside, name) for _ in target.left]
    if condition is not None or (step.exhausted is None and step.forever is None):
        ends.append(env.after_loop(inside, name))
    every = low.values.expr(step.every, env, t.INT) if step.every else None
    lowered = ir.Repeat(
        name=name, at_most=at_most, every=every, condition=condition, locals=local, meanwhile=meanwhile, steps=steps,
        exhausted=exhausted, carries=low.depth == 1 and step.forever is not None,
    )  # fmt: skip
    return lowered, merge([*ends, after])
