"""Lowering of `call`, `start`, `signal` and `emit`."""

from __future__ import annotations

import re
from dataclasses import replace

from cityos_compiler import ir
from cityos_compiler.lowering.env import ERROR, Env, merge
from cityos_compiler.lowering.steps import Lowered, Lowering, lowers
from cityos_dsl.diagnostics import did_you_mean
from cityos_dsl.expr import types as t
from cityos_dsl.fields import camel
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
            "NAME011", f"there is no workflow `{named.text}`", named.span, did_you_mean(named.text, low.project.names)
        )
        return None, env
    other = known[named.text]
    base = camel(named.text.removesuffix("Workflow"))
    declared = low.types.fields(other.input, base) if other.input is not None else ()
    expected = {decl.name: decl.full_type for decl in declared}
    given = dict(low.assigned(step.with_, env, expected, f"`{named.text}`"))
    refused = {key.text for key in step.with_ or {}} - given.keys()
    needed = [decl for decl in declared if "default" not in decl.options or decl.name in given]
    inputs, wired = low.values.wire(named.text, needed, given, frozenset(), env, named.span, refused)
    output = low.output_of(named) if awaited else None
    if step.workflow_id is not None:
        _check_id(low, step.workflow_id, {*expected, "tenant_id"})
    mode, failing, after_failing = _failing(low, step, env) if isinstance(step, s.Call) else ("fail", None, None)
    lowered = ir.Child(
        name=name, workflow=named.text, number=other.id.text, task_queue=other.task_queue.text, awaited=awaited,
        inputs=tuple(inputs), wired=tuple(wired), output=output,
        workflow_id=(step.workflow_id or other.workflow_id).text,
        id_place=step.workflow_id.span if step.workflow_id else None, on_failure=mode, on_failure_steps=failing,
    )  # fmt: skip
    if output is None:
        return lowered, env
    low.results[name] = output
    return lowered, merge([env.with_result(name, output), after_failing, env if mode == "continue" else None])


def _check_id(low: Lowering, pattern: Scalar, known: set[str]) -> None:
    """What stands in the braces of a child's id is filled from the child's input."""
    for name in re.findall(r"\{([^{}]*)\}", pattern.text):
        if name not in known:
            low.values.refuse("NAME014", f"the id needs `{name}`, and the input of the workflow has no such field",
                              pattern.span, did_you_mean(name, known))  # fmt: skip


def _failing(low: Lowering, step: s.Call, env: Env) -> tuple[str, ir.Block | None, Env | None]:
    """What happens when a child fails: its way, the steps, and what is known after them."""
    if isinstance(step.on_failure, tuple):
        steps, after = low.block(step.on_failure, env.with_extra(error=ERROR))
        return "steps", steps, replace(after, extra=env.extra) if after is not None else None
    if step.on_failure is None or step.on_failure.text in ("fail", "continue"):
        return (step.on_failure.text if step.on_failure is not None else "fail"), None, None
    low.values.refuse("SPEC004", "`on_failure` of a call is fail, continue or steps", step.on_failure.span,
                      did_you_mean(step.on_failure.text, ("fail", "continue")))  # fmt: skip
    return "fail", None, None


@lowers(s.Signal)
def signal(low: Lowering, step: s.Signal, env: Env) -> Lowered:
    """A signal to another workflow, found by the pattern of its id."""
    models = low.sent_models(step.signal)
    name = low.name(step, step.signal.text)
    if not models:
        return None, env
    payload = _payload(low, step, models[0].name, models[0].payload, step.signal, env)
    sent = t.RecordType("Sent", (t.Field("delivered", t.BOOL),))
    lowered = ir.SendSignal(
        name=name, signal=models[0], to=step.to.text, values=_id_values(low, step, dict(payload), env),
        payload=tuple(payload), missing=step.missing.text, id_place=step.to.span,
    )  # fmt: skip
    low.results[name] = sent
    return lowered, env.with_result(name, sent)


def _payload(
    low: Lowering, step: s.Signal | s.Emit, name: str, payload: t.RecordType, named: Scalar, env: Env
) -> list[tuple[str, ir.Value]]:
    """What a message says; each of its required fields must be given, for nothing is wired into a message."""
    given = low.assigned(step.with_, env, {f.name: f.type for f in payload.fields}, f"`{name}`")
    said = {key.text for key in step.with_ or {}}
    misspelt = said - {f.name for f in payload.fields}  # has its finding, and may be what seems to be missing
    for field in payload.fields:
        if not misspelt and field.name not in said and not isinstance(field.type, t.OptionalType):
            low.values.refuse("WIRE001", f"`{name}` needs `{field.name}`", named.span,
                              f"say where it comes from: with: {{{field.name}: ...}}")  # fmt: skip
    return given


def _id_values(
    low: Lowering, step: s.Signal, payload: dict[str, ir.Value], env: Env
) -> tuple[tuple[str, ir.Value], ...]:
    """What stands in the braces of the other's id: from the payload, else by name from what is in scope."""
    values: list[tuple[str, ir.Value]] = []
    known = {**{f.name: f"input.{f.name}" for f in env.input.fields}, **{name: name for name in env.state}}
    for name in dict.fromkeys(re.findall(r"\{([^{}]*)\}", step.to.text)):
        if name == "tenant_id":
            continue
        path = known.get(name)
        value = payload.get(name) or (low.values.expr(Scalar(path, step.to.span), env) if path else None)
        if value is None and path is None:
            low.values.refuse("NAME014", f"the other's id needs `{name}`, and nothing in scope has that name",
                              step.to.span, did_you_mean(name, {**known, **payload}))  # fmt: skip
        elif value is not None:
            values.append((name, value))
    return tuple(values)


@lowers(s.Emit)
def emit(low: Lowering, step: s.Emit, env: Env) -> Lowered:
    """An event into the outbox."""
    event = low.project.events.get(step.emit.text)
    if event is None:
        low.values.refuse("NAME012", f"there is no event `{step.emit.text}`", step.emit.span,
                          low.project.event_hint(step.emit.text))  # fmt: skip
        return None, env
    payload = _payload(low, step, event.name, event.payload, step.emit, env)
    return ir.Emit(name=low.name(step, step.emit.text), event=event.name, payload=tuple(payload)), env
