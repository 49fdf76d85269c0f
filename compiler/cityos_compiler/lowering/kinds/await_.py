"""Lowering of `await`."""

from __future__ import annotations

from cityos_compiler import ir
from cityos_compiler.lowering.env import Env, merge
from cityos_compiler.lowering.steps import Lowered, Lowering, lowers
from cityos_dsl.expr import types as t
from cityos_dsl.spec import steps as s


@lowers(s.Await)
def await_(low: Lowering, step: s.Await, env: Env) -> Lowered:
    """A wait: every branch ends it, and so may a condition or the clock."""
    name = low.name(step, step.await_.text)
    lasting = low.values.expr(step.for_, env, t.DURATION) if step.for_ else None
    until = low.values.expr(step.until, env, t.TIMESTAMP) if step.until else None
    deadline = step.for_ or step.until
    if not step.signals and step.when is None and deadline is None:
        low.values.refuse("WAIT002", "nothing can ever end this wait", step.await_.span,
                          "add `signals:`, `when:`, or a deadline with `for:` or `until:`")  # fmt: skip
    if deadline is not None and step.timeout is None:
        low.values.refuse("WAIT003", "this wait has a deadline and no `timeout:` branch", deadline.span,
                          "say what happens when the time is over; `timeout: []` goes on")  # fmt: skip
    if deadline is None and step.timeout is not None:
        low.values.refuse("WAIT004", "a `timeout:` branch without a deadline is never taken", step.await_.span,
                          "add `for:` or `until:`")  # fmt: skip
    meanwhile = low.meanwhile(step.meanwhile, env)
    with low.beside(meanwhile):
        env = low.waited(env)
    branches, afters = [], list[Env | None]()
    if not step.signals and step.when is None and deadline is None:
        afters.append(env)  # reported above; what follows is checked all the same
    for key, branch in (step.signals or {}).items():
        lowered, after = low.branch(key, branch, env, step.where)
        if lowered is not None:
            branches.append(lowered)
        afters.append(after)
    when = low.values.condition(step.when, env) if step.when else None
    then: ir.Block = ()
    if step.when is not None:
        then, after = low.block(step.then or (), env.knowing(when.checked.when_true) if when else env)
        afters.append(after)
    timeout = None
    if step.timeout is not None:
        timeout, after = low.block(step.timeout, env)
        afters.append(after)
    lowered_await = ir.Await(
        name=name, branches=tuple(branches), when=when, then=then, lasting=lasting, until=until,
        timeout=timeout, meanwhile=meanwhile,
    )  # fmt: skip
    return lowered_await, merge(afters)
