"""What starts a workflow, and what reaches it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from fnmatch import fnmatchcase

from cityos_compiler import ir
from cityos_compiler.lowering.cadence import cadence
from cityos_compiler.lowering.env import Env
from cityos_compiler.lowering.values import Values
from cityos_dsl.diagnostics import did_you_mean
from cityos_dsl.expr import types as t
from cityos_dsl.fields import FieldDecl, seconds
from cityos_dsl.project import Project
from cityos_dsl.source import Scalar
from cityos_dsl.spec import documents as d


def lower_triggers(
    project: Project, values: Values, spec: d.Workflow, fields: tuple[FieldDecl, ...]
) -> tuple[ir.Trigger, ...]:
    """What starts the workflow: events with their conditions and inputs, schedules, operators."""
    triggers = spec.trigger if isinstance(spec.trigger, tuple) else (spec.trigger,)
    return tuple(_trigger(project, values, trigger, fields) for trigger in triggers)


def _trigger(project: Project, values: Values, trigger: d.Trigger, fields: tuple[FieldDecl, ...]) -> ir.Trigger:
    if trigger.event is not None:
        event = project.events.get(trigger.event.text)
        if event is not None:
            return _from_event(values, trigger, trigger.event, event.payload, fields)
        values.refuse("NAME012", f"there is no event `{trigger.event.text}`", trigger.event.span,
                      project.event_hint(trigger.event.text))  # fmt: skip
    return _scheduled(project, values, trigger, fields)


def _scheduled(project: Project, values: Values, trigger: d.Trigger, fields: tuple[FieldDecl, ...]) -> ir.Trigger:
    when = cadence(trigger.schedule.text) if trigger.schedule is not None else None
    if isinstance(when, str) and trigger.schedule is not None:
        values.refuse("SCHED001", f"`{trigger.schedule.text}` is no cadence", trigger.schedule.span, when)
    caught_up = seconds(trigger.catch_up.text) if trigger.catch_up is not None else None
    if trigger.over is not None:
        _rows(project, values, trigger.over, fields)
    elif trigger.schedule is not None and isinstance(when, dict):
        needed = next(_needed(fields), None)
        if needed is not None:
            values.refuse("WIRE005", f"a schedule says nothing about the input `{needed.name}`", trigger.schedule.span,
                          "say whose rows give it (`over: <operation>`), or give it a `default:`")  # fmt: skip
    return ir.Trigger(
        schedule=trigger.schedule.text if trigger.schedule is not None else None,
        cadence=when if isinstance(when, dict) else None,
        over=trigger.over.text if trigger.over is not None else None,
        overlap=trigger.overlap.text if trigger.overlap is not None else None,
        catch_up=caught_up,
        operator=trigger.operator is not None,
    )


def _needed(fields: tuple[FieldDecl, ...]) -> Iterator[FieldDecl]:
    """The inputs that whoever starts a workflow must give."""
    return (decl for decl in fields if not decl.optional and "default" not in decl.options)


def _rows(project: Project, values: Values, over: Scalar, fields: tuple[FieldDecl, ...]) -> None:
    """A schedule goes through the rows of an operation that only reads, and that needs nothing to do so."""
    found = project.operations.get(over.text.rpartition(".")[2])
    if not found:
        values.refuse("NAME002", f"no system has an operation `{over.text}`", over.span,
                      did_you_mean(over.text, project.operations))  # fmt: skip
        return
    rows = found[0].output.field("rows") if isinstance(found[0].output, t.RecordType) else None
    needs = [decl.name for decl in found[0].input if not decl.optional]
    if found[0].effect != "read" or needs or rows is None or not isinstance(rows.type, t.ListType):
        values.refuse("SCHED002", f"`{over.text}` gives no rows to go through", over.span,
                      "an operation that reads, needs no input, and has `rows: [...]` in its output")  # fmt: skip
    elif isinstance(row := rows.type.item, t.RecordType):
        given = [one.name for one in row.fields]
        needed = next((decl for decl in _needed(fields) if decl.name not in given), None)
        if needed is not None:
            message = f"the rows of `{over.text}` say nothing about the input `{needed.name}`"
            values.refuse("WIRE005", message, over.span, did_you_mean(needed.name, given, "a row has"))  # fmt: skip


def _from_event(
    values: Values, trigger: d.Trigger, named: Scalar, payload: t.RecordType, fields: tuple[FieldDecl, ...]
) -> ir.Trigger:
    """An event's condition, and how its payload becomes the input."""
    empty = t.RecordType("None", ())
    env = Env(input=empty, state={}, constants={}, extra={"event": payload})
    condition = values.condition(trigger.if_, env) if trigger.if_ is not None else None
    if condition is not None:
        env = env.knowing(condition.checked.when_true)
    given = {key.text: (key, node) for key, node in (trigger.input or {}).items()}
    known = {decl.name for decl in fields}
    for name, (key, _) in given.items():
        if name not in known:
            values.refuse("NAME016", f"the workflow has no input `{name}`", key.span, did_you_mean(name, known))
    inputs = []
    for decl in fields:
        node = given[decl.name][1] if decl.name in given else _by_name(values, decl, payload, named)
        value = values.value(node, env, decl.full_type) if node is not None else None
        if value is not None:
            inputs.append((decl.name, value))
    mapped = tuple(name for name in given if name in known)
    return ir.Trigger(event=named.text, condition=condition, inputs=tuple(inputs), mapped=mapped)


def _by_name(values: Values, decl: FieldDecl, payload: t.RecordType, named: Scalar) -> Scalar | None:
    """An input's value by its name in the event's payload; what the event doesn't have is an error where it must."""
    if payload.field(decl.name) is not None:
        return Scalar(f"event.{decl.name}", named.span)
    if not decl.optional and "default" not in decl.options:
        values.refuse("WIRE004", f"the event says nothing about the input `{decl.name}`", named.span,
                      f"map it: input: {{{decl.name}: event. ...}}")  # fmt: skip
    return None


def lower_receives(
    project: Project, values: Values, spec: d.Workflow, env: Env, steps: Iterable[ir.Step]
) -> tuple[ir.Address, ...]:
    """What reaches this workflow; operations that complete later are reached by the field that they match."""
    entries = []
    for key, fields in (spec.receives or {}).items():
        prefix = key.text.removesuffix("*")
        matching = [name for name in (*project.signals, *project.aliases) if name == key.text or
                    (key.text.endswith("*") and name.startswith(prefix))]  # fmt: skip
        if not matching:
            known = [*project.signals, *project.aliases]
            values.refuse("NAME005", f"there is no signal `{key.text}`", key.span, did_you_mean(key.text, known))
        for name, path in fields.items():
            payloads = [model.payload for known in matching if (model := project.signal(known)) is not None]
            if payloads and all(payload.field(name.text) is None for payload in payloads):
                fields_there = [f.name for payload in payloads for f in payload.fields]
                values.refuse("NAME016", f"`{key.text}` carries no `{name.text}`", name.span,
                              did_you_mean(name.text, fields_there, "it carries"))  # fmt: skip
            # A step that couldn't be read would be missing here, for the same cause.
            if not values.findings and all(f.span.file != spec.node.span.file for f in project.findings):
                _path(values, path, env)
            entries.append(ir.Address(signal=key.text, field=name.text, path=path.text))
    return (*entries, *_completing(project, steps, entries))


def _path(values: Values, path: Scalar, env: Env) -> None:
    """A value that the runtime can see come: the input's, or a step's result."""
    if values.expr(path, env) is None:
        return
    root = path.text.partition(".")[0]
    if not re.fullmatch(r"\w+(\.\w+)+", path.text) or (root != "input" and root not in env.results):
        values.refuse("RECV001", f"`{path.text}` can't be watched for", path.span,
                      "a field of the input or of a result: input.order_id, createDelivery.delivery_id")  # fmt: skip


def _completing(project: Project, steps: Iterable[ir.Step], entries: list[ir.Address]) -> list[ir.Address]:
    """The addresses of operations whose answer comes by a signal, where `receives:` doesn't say them already."""
    found: dict[ir.Address, None] = {}
    for step in steps:
        if isinstance(step, ir.Do) and (completes := step.operation.spec.completes) is not None:
            for key in completes.signals:
                model = project.signal(key.text)
                if model is not None and not any(
                    fnmatchcase(model.name, entry.signal) and entry.field == completes.match.text
                    and entry.path.startswith(f"{step.name}.") for entry in entries
                ):  # fmt: skip
                    match = completes.match.text
                    found[ir.Address(signal=model.name, field=match, path=f"{step.name}.{match}")] = None
    return list(found)


def events_of(spec: d.Workflow) -> tuple[str, ...]:
    """The events that start a workflow, each once."""
    triggers = spec.trigger if isinstance(spec.trigger, tuple) else (spec.trigger,)
    return tuple(dict.fromkeys(trigger.event.text for trigger in triggers if trigger.event is not None))
