"""Lowering of `group`."""

from __future__ import annotations

from dataclasses import replace

from cityos_compiler import ir
from cityos_compiler.lowering.env import ERROR, Env, merge
from cityos_compiler.lowering.kinds.compensation import lower_compensation
from cityos_compiler.lowering.naming import Target
from cityos_compiler.lowering.steps import Lowered, Lowering, lowers
from cityos_dsl.diagnostics import did_you_mean
from cityos_dsl.expr import types as t
from cityos_dsl.spec import steps as s

NOTHING = t.RecordType("Nothing", ())  # a group has no result that its compensation could take


@lowers(s.Group)
def group(low: Lowering, step: s.Group, env: Env) -> Lowered:
    """A group: its own names end with it; it may be left, caught, and cut off by a deadline."""
    name = low.name(step, step.group.text)
    target = Target(name, is_loop=False)
    until = low.values.expr(step.until, env, t.TIMESTAMP) if step.until else None
    within = low.values.expr(step.within, env, t.DURATION) if step.within else None
    if step.until is not None and step.within is not None:
        low.values.refuse("WAIT005", "`until` and `within` are two deadlines", step.within.span,
                          "`until` has a `timeout:` branch; `within` fails the group")  # fmt: skip
    if step.timeout is not None and step.until is None:
        low.values.refuse("WAIT004", "a `timeout:` branch without a deadline is never taken", step.group.span,
                          "add `until:`")  # fmt: skip
    local, inner = low.local_state(step.state, env)
    undo = lower_compensation(low, step.compensate, NOTHING, {}, name, env, frozenset())
    low.targets.append(target)
    meanwhile = low.meanwhile(step.meanwhile, inner)
    mode, failing = _mode(low, step), None
    low.handled.append(("any",) if mode != "fail" else low.spelt_out(step.catch or ()))
    with low.beside(meanwhile):
        steps, after = low.block(step.steps, inner)
    low.handled.pop()
    low.targets.pop()
    catch, afters = low.catches(step.catch, env)
    timeout = None
    if step.timeout is not None:
        timeout, after_timeout = low.block(step.timeout, env)
        afters.append(merge([after_timeout, after]) if after_timeout is not None else None)
    left = [env.leaving(x) for x in target.left]
    if isinstance(step.on_failure, tuple):
        failing, after_failing = low.block(step.on_failure, env.with_extra(error=ERROR))
        afters.append(replace(after_failing, extra=env.extra) if after_failing is not None else None)
    if mode == "continue":
        afters.append(env)
    lowered = ir.Group(
        name=name, steps=steps, locals=local, catch=catch, until=until, within=within, timeout=timeout,
        meanwhile=meanwhile, on_failure=mode, on_failure_steps=failing, left=bool(target.left) or meanwhile is not None,
        undo=undo, no_undo=step.no_undo.text if step.no_undo else None,
    )  # fmt: skip
    return lowered, merge([env.leaving(after) if after is not None else None, *left, *afters])


def _mode(low: Lowering, step: s.Group) -> str:
    """What happens when the group fails and no branch takes it."""
    if isinstance(step.on_failure, tuple):
        return "steps"
    if step.on_failure is None or step.on_failure.text in ("fail", "continue"):
        return step.on_failure.text if step.on_failure is not None else "fail"
    low.values.refuse("SPEC004", "`on_failure` of a group is fail, continue or steps", step.on_failure.span,
                      "a single step may `park`" if step.on_failure.text == "park"
                      else did_you_mean(step.on_failure.text, ("fail", "continue")))  # fmt: skip
    return "fail"
