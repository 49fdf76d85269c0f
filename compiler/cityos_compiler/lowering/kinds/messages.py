"""Lowering of `call`, `start`, `signal` and `emit`."""

from __future__ import annotations

from cityos_compiler import ir
from cityos_compiler.lowering.env import Env
from cityos_compiler.lowering.steps import Lowered, Lowering, lowers
from cityos_dsl.diagnostics import did_you_mean
from cityos_dsl.expr import types as t
from cityos_dsl.source import Scalar
from cityos_dsl.spec import steps as s


@lowers(s.Call)
def call(low: Lowering, step: s.Call, env: Env) -> Lowered:
    """A child workflow, awaited."""
    return _child(low, step, step.call, env, awaited=True)


@lowers(s.Start)
def start(low: Lowering, step: s.Start, env: Env) -> Lowered:
    """Another workflow, detached."""
    return _child(low, step, step.start, env, awaited=False)


def _child(low: Lowering, step: s.Call | s.Start, named: Scalar, env: Env, awaited: bool) -> Lowered:
    known = {workflow.workflow.text: workflow for _, workflow in low.project.workflows}
    name = low.name(step, named.text)
    if named.text not in known:
        low.values.refuse(
            "NAME011", f"there is no workflow `{named.text}`", named.span, did_you_mean(named.text, known)
        )
        return None, env
    other = known[named.text]
    declared = low.types.fields(other.input, named.text) if other.input is not None else ()
    expected = {decl.name: decl.full_type for decl in declared}
    inputs = low.assigned(step.with_, env, expected, f"`{named.text}`")
    pattern = step.workflow_id.text if step.workflow_id else other.workflow_id.text
    lowered = ir.Child(name=name, workflow=named.text, awaited=awaited, inputs=tuple(inputs), workflow_id=pattern)
    return lowered, env.with_result(name, t.ANY) if awaited else env


@lowers(s.Signal)
def signal(low: Lowering, step: s.Signal, env: Env) -> Lowered:
    """A signal to another workflow."""
    models = low.signal_models(step.signal)
    name = low.name(step, step.signal.text)
    if not models:
        return None, env
    low.signals.pop(models[0].name, None)  # sent here, not received
    expected = {f.name: f.type for f in models[0].payload.fields}
    payload = low.assigned(step.with_, env, expected, f"`{models[0].name}`")
    sent = t.RecordType("Sent", (t.Field("delivered", t.BOOL),))
    return (
        ir.SendSignal(name=name, signal=models[0], to=step.to.text, payload=tuple(payload), missing=step.missing.text),
        env.with_result(name, sent),
    )


@lowers(s.Emit)
def emit(low: Lowering, step: s.Emit, env: Env) -> Lowered:
    """An event into the outbox."""
    event = low.project.events.get(step.emit.text)
    if event is None:
        low.values.refuse("NAME012", f"there is no event `{step.emit.text}`", step.emit.span,
                          did_you_mean(step.emit.text, low.project.events))  # fmt: skip
        return None, env
    expected = {f.name: f.type for f in event.payload.fields}
    payload = low.assigned(step.with_, env, expected, f"`{event.name}`")
    return ir.Emit(name=low.name(step, step.emit.text), event=event.name, payload=tuple(payload)), env
