"""Lowering of `do`: inputs are wired, the compensation checked, failures lowered."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import replace

from cityos_compiler import ir
from cityos_compiler.lowering.env import ERROR, Env, merge
from cityos_compiler.lowering.kinds.compensation import lower_compensation
from cityos_compiler.lowering.steps import Lowered, Lowering, lowers
from cityos_dsl.diagnostics import did_you_mean
from cityos_dsl.expr import types as t
from cityos_dsl.source import Scalar
from cityos_dsl.spec import steps as s


@lowers(s.Do)
def do(low: Lowering, step: s.Do, env: Env) -> Lowered:
    """An operation: its inputs wired, its compensation checked, its failures lowered."""
    operation = low.operation(step.do, step.system, step.as_)
    name = low.name(step, step.do.text.rpartition(".")[2])
    if operation is None:
        low.results[name] = t.ANY
        return None, env.with_result(name, t.ANY)
    expected = {decl.name: decl.full_type for decl in operation.input}
    rounds = low.values.expr(step.rounds, env, t.INT) if step.rounds else None
    if rounds:  # a later round comes behind what the branches have set
        env = low.fresh(env, step.catch)
    calling = env.with_extra(round=t.INT) if rounds else env
    wanted: frozenset[str] = frozenset()
    refused: Set[str] = frozenset()
    given: dict[str, ir.Value] = {}
    if isinstance(step.with_, tuple):
        wanted = frozenset(item.text for item in step.with_)
        for item in step.with_:
            if item.text not in expected:
                low.values.refuse("NAME016", f"`{operation.name}` has no input `{item.text}`", item.span,
                                  did_you_mean(item.text, expected, "it has"))  # fmt: skip
    else:
        given = dict(low.assigned(step.with_, calling, expected, f"`{operation.name}`"))
        refused = {key.text for key in step.with_ or {}} - given.keys()
    inputs, wired = low.values.wire(operation.name, operation.input, given, wanted, calling, step.do.span, refused)
    for signal_name in operation.spec.completes.signals if operation.spec.completes is not None else ():
        low.signal_models(signal_name)
    result_env = env.with_result(name, operation.output)
    low.results[name] = operation.output
    parked = isinstance(step.on_failure, Scalar) and step.on_failure.text == "park"
    waits = operation.spec.completes is not None or parked
    undo = lower_compensation(low, step.compensate, operation.output, dict(inputs), name,
                              low.waited(env) if waits else env, refused, step.system)  # fmt: skip
    low.retrying.append(rounds is not None)
    catch, afters = low.catches(step.catch, calling)
    failing_steps, failing_env = None, None
    mode = "continue" if operation.spec.courtesy is not None else "default"
    if isinstance(step.on_failure, Scalar):
        mode = step.on_failure.text
        if mode not in ("fail", "continue", "park"):
            low.values.refuse("SPEC004", "`on_failure` is fail, continue, park or steps", step.on_failure.span,
                              did_you_mean(mode, ("fail", "continue", "park")))  # fmt: skip
    elif step.on_failure is not None:
        mode = "steps"
        failing_steps, failing_env = low.block(step.on_failure, calling.with_extra(error=ERROR))
        failing_env = replace(failing_env, extra=env.extra) if failing_env is not None else None
    low.retrying.pop()
    lowered = ir.Do(
        name=name,
        operation=operation,
        inputs=tuple(inputs),
        wired=tuple(wired),
        needless=low.values.needless(operation.input, given, calling),
        undo=undo,
        no_undo=step.no_undo.text if step.no_undo else None,
        catch=catch,
        rounds=rounds,
        on_failure=mode,
        on_failure_steps=failing_steps,
        handled=tuple(dict.fromkeys(name for classes in low.handled for name in classes)),
        within=low.values.expr(step.within, env, t.DURATION) if step.within else None,
        key=low.values.expr(step.key, calling) if step.key else None,
        system=low.values.expr(step.system, env) if step.system else None,
    )
    if mode == "continue":
        afters.append(env)
    return lowered, merge([result_env, *afters, failing_env])
