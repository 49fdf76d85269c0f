"""What starts a workflow, and what reaches it."""

from __future__ import annotations

from typing import Any

from cityos_compiler import ir
from cityos_compiler.lowering.cadence import cadence
from cityos_compiler.lowering.env import Env
from cityos_compiler.lowering.values import Values
from cityos_dsl.diagnostics import did_you_mean
from cityos_dsl.expr import types as t
from cityos_dsl.fields import FieldDecl
from cityos_dsl.project import Project
from cityos_dsl.source import Scalar
from cityos_dsl.spec import documents as d


def lower_triggers(
    project: Project, values: Values, spec: d.Workflow, fields: tuple[FieldDecl, ...]
) -> tuple[dict[str, Any], ...]:
    """What starts the workflow, as plain data: events with their conditions and inputs, schedules, operators."""
    triggers = spec.trigger if isinstance(spec.trigger, tuple) else (spec.trigger,)
    lowered = []
    for trigger in triggers:
        plain: dict[str, Any] = {}
        for name in ("event", "schedule", "over", "overlap", "catch_up", "operator"):
            scalar = getattr(trigger, name)
            if scalar is not None:
                plain[name] = scalar.text
        if trigger.schedule is not None:
            when = cadence(trigger.schedule.text)
            if isinstance(when, str):
                values.refuse("SCHED001", f"`{trigger.schedule.text}` is no cadence", trigger.schedule.span, when)
            else:
                plain["cadence"] = when
        if trigger.event is not None:
            event = project.events.get(trigger.event.text)
            if event is None:
                values.refuse("NAME012", f"there is no event `{trigger.event.text}`", trigger.event.span,
                              did_you_mean(trigger.event.text, project.events))  # fmt: skip
            else:
                plain |= _from_event(values, trigger, event.payload, fields)
        lowered.append(plain)
    return tuple(lowered)


def _from_event(
    values: Values, trigger: d.Trigger, payload: t.RecordType, fields: tuple[FieldDecl, ...]
) -> dict[str, Any]:
    """An event's condition, and how its payload becomes the input."""
    empty = t.RecordType("None", ())
    env = Env(input=empty, state={}, constants={}, extra={"event": payload})
    plain: dict[str, Any] = {}
    if trigger.if_ is not None:
        condition = values.condition(trigger.if_, env)
        if condition is not None:
            plain["if"] = condition.text
            env = env.knowing(condition.checked.when_true)
    given = {key.text: node for key, node in (trigger.input or {}).items()}
    mapped = {}
    for decl in fields:
        if decl.name in given:
            value = values.value(given[decl.name], env, decl.full_type)
            if isinstance(value, ir.Expr):
                mapped[decl.name] = value.text
        elif not decl.optional and "default" not in decl.options and all(f.name != decl.name for f in payload.fields):
            values.refuse("WIRE004", f"the event says nothing about the input `{decl.name}`",
                          (trigger.event or trigger.if_ or Scalar("", decl.span)).span,
                          f"map it: input: {{{decl.name}: event. ...}}")  # fmt: skip
    if mapped:
        plain["input"] = mapped
    return plain


def lower_receives(project: Project, values: Values, spec: d.Workflow, env: Env) -> tuple[tuple[str, str, str], ...]:
    """What reaches this workflow: (signal or pattern, the payload's field, where its value is)."""
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
                values.expr(path, env)
            entries.append((key.text, name.text, path.text))
    return tuple(entries)
