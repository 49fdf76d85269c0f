"""Lowering of `do`: inputs are wired, the compensation checked, failures lowered."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, replace

from cityos_compiler import ir
from cityos_compiler.lowering.env import ERROR, Env, merge
from cityos_compiler.lowering.kinds.compensation import lower_compensation
from cityos_compiler.lowering.steps import Lowered, Lowering, lowers
from cityos_dsl.diagnostics import did_you_mean
from cityos_dsl.expr import types as t
from cityos_dsl.project import OperationModel
from cityos_dsl.source import Scalar
from cityos_dsl.spec import steps as s


@dataclass(frozen=True)
class Given:
    """What a step gives its operation: each input's value, which are filled by name, and which were refused."""

    inputs: dict[str, ir.Value]
    wired: tuple[tuple[str, str], ...]
    refused: Set[str]
    needless: frozenset[str]


@dataclass(frozen=True)
class Failing:
    """What happens when an operation fails: its branches, and what is known where they go on."""

    catch: tuple[ir.Catch, ...]
    mode: str
    steps: ir.Block | None
    afters: list[Env | None]


@lowers(s.Do)
def do(low: Lowering, step: s.Do, env: Env) -> Lowered:
    """An operation: its inputs wired, its compensation checked, its failures lowered."""
    operation = low.operation(step.do, step.system, step.as_)
    name = low.name(step, step.do.text.rpartition(".")[2])
    if operation is None:
        low.results[name] = t.ANY
        return None, env.with_result(name, t.ANY)
    rounds = low.values.expr(step.rounds, env, t.INT) if step.rounds else None
    if rounds:  # a later round comes behind what the branches have set
        env = low.fresh(env, step.catch)
    calling = env.with_extra(round=t.INT) if rounds else env
    given = _given(low, step, operation, calling)
    for signal_name in operation.spec.completes.signals if operation.spec.completes is not None else ():
        low.signal_models(signal_name)
    low.results[name] = operation.output
    undo = lower_compensation(low, step.compensate, operation.output, given.inputs, name,
                              low.waited(env) if _waits(step, operation) else env, given.refused,
                              step.system)  # fmt: skip
    low.retrying.append(rounds is not None)
    failing = _failing(low, step, operation, env, calling)
    low.retrying.pop()
    lowered = ir.Do(
        name=name,
        operation=operation,
        inputs=tuple(given.inputs.items()),
        wired=given.wired,
        needless=given.needless,
        undo=undo,
        no_undo=step.no_undo.text if step.no_undo else None,
        catch=failing.catch,
        rounds=rounds,
        on_failure=failing.mode,
        on_failure_steps=failing.steps,
        handled=tuple(dict.fromkeys(name for classes in low.handled for name in classes)),
        within=low.values.expr(step.within, env, t.DURATION) if step.within else None,
        key=low.values.expr(step.key, calling) if step.key else None,
        system=low.values.expr(step.system, env) if step.system else None,
    )
    return lowered, merge([env.with_result(name, operation.output), *failing.afters])


def _given(low: Lowering, step: s.Do, operation: OperationModel, env: Env) -> Given:
    """The operation's inputs: what stands under `with:`, and the required rest by name."""
    expected = {decl.name: decl.full_type for decl in operation.input}
    wanted: frozenset[str] = frozenset()
    refused: Set[str] = frozenset()
    said: dict[str, ir.Value] = {}
    if isinstance(step.with_, tuple):
        wanted = frozenset(item.text for item in step.with_)
        for item in step.with_:
            if item.text not in expected:
                low.values.refuse("NAME016", f"`{operation.name}` has no input `{item.text}`", item.span,
                                  did_you_mean(item.text, expected, "it has"))  # fmt: skip
    else:
        said = dict(low.assigned(step.with_, env, expected, f"`{operation.name}`"))
        refused = {key.text for key in step.with_ or {}} - said.keys()
    inputs, wired = low.values.wire(operation.name, operation.input, said, wanted, env, step.do.span, refused)
    return Given(dict(inputs), tuple(wired), refused, low.values.needless(operation.input, said, env))


def _waits(step: s.Do, operation: OperationModel) -> bool:
    """Whether something may be done beside the flow before the operation has its answer."""
    parked = isinstance(step.on_failure, Scalar) and step.on_failure.text == "park"
    return parked or operation.spec.completes is not None


def _failing(low: Lowering, step: s.Do, operation: OperationModel, env: Env, calling: Env) -> Failing:
    """Branches by error class, and what `on_failure:` says of the rest."""
    catch, afters = low.catches(step.catch, calling)
    if step.on_failure is not None and not isinstance(step.on_failure, Scalar):
        steps, after = low.block(step.on_failure, calling.with_extra(error=ERROR))
        afters.append(replace(after, extra=env.extra) if after is not None else None)
        return Failing(catch, "steps", steps, afters)
    mode = "continue" if operation.spec.courtesy is not None else "default"
    if step.on_failure is not None:
        mode = step.on_failure.text
        if mode not in ("fail", "continue", "park"):
            low.values.refuse("SPEC004", "`on_failure` is fail, continue, park or steps", step.on_failure.span,
                              did_you_mean(mode, ("fail", "continue", "park")))  # fmt: skip
    return Failing(catch, mode, None, [*afters, env] if mode == "continue" else afters)
