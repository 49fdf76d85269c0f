"""Lowering of whole workflows, and of a project's."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from typing import Any

from cityos_compiler import ir
from cityos_compiler.lowering import kinds as _kinds  # registers how each step kind is lowered
from cityos_compiler.lowering.causes import first_causes, ill_shaped
from cityos_compiler.lowering.env import Env
from cityos_compiler.lowering.steps import Lowering
from cityos_compiler.lowering.values import Values
from cityos_dsl.diagnostics import Finding, did_you_mean
from cityos_dsl.expr import types as t
from cityos_dsl.fields import FieldDecl, camel, record
from cityos_dsl.project import Project
from cityos_dsl.source import Scalar
from cityos_dsl.spec import documents as d

assert _kinds  # imported for its registrations

ENDING_FIELDS = ("status", "result", "reason", "error", "undone")
HEADER = ("tenant_id", "workflow_id", "correlation_id", "causation_id")


@dataclass
class Lowered:
    """The lowered project: its workflows, and what is wrong with them."""

    workflows: list[ir.Workflow] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)


def lower(project: Project) -> Lowered:
    """Lower every workflow of a project. Never raises on a user's error."""
    lowered = Lowered()
    for file, spec in project.workflows:
        workflow, findings = lower_workflow(project, file, spec)
        lowered.findings += findings
        if workflow is not None:
            lowered.workflows.append(workflow)
    return lowered


def lower_workflow(project: Project, file: str, spec: d.Workflow) -> tuple[ir.Workflow | None, list[Finding]]:
    """Lower one workflow."""
    records = {name: kind for name, kind in project.types.items() if isinstance(kind, t.RecordType)}
    values = Values(project, records=records)
    types = project.reader()
    name = spec.workflow.text
    fields = types.fields(spec.input, camel(name.removesuffix("Workflow"))) if spec.input is not None else ()
    statuses = tuple(scalar.text for scalar in spec.statuses or ())
    low = Lowering(project, values, types, statuses)
    env = Env(input=record(name + "Input", fields), state={}, constants={})
    require, env = _required(values, spec, env)
    constants = []
    for key, node in spec.constants or ():
        constant = low.variable(key, node, env) if isinstance(node, Scalar) else _constant(values, key, node, env)
        constants.append(constant)
        env = replace(env, constants={**env.constants, constant.name: constant.type})
    state = []
    for key, node in spec.state or ():
        variable = low.variable(key, node, env)
        state.append(variable)
        kind = variable.type if variable.init is not None else _maybe(variable.type)
        env = replace(env, state={**env.state, variable.name: kind})
    meanwhile = low.meanwhile(spec.meanwhile, env)
    steps, _ = low.block(spec.steps, env)
    output = _output_type(name, low.returns)
    last, _ = low.block(spec.finally_ or (), _last_env(env, low, output))
    for named in low.undos:
        if named.text not in low.names:
            values.refuse(
                "NAME009",
                f"no step is called `{named.text}`",
                named.span,
                did_you_mean(named.text, low.names),
            )
    results = dict(low.results)
    queries = _queries(project, low, spec, _query_env(env, low))
    workflow = ir.Workflow(
        id=spec.id.text,
        name=name,
        summary=spec.summary.text,
        task_queue=spec.task_queue.text,
        workflow_id=_workflow_id(values, spec, fields),
        triggers=_triggers(project, values, spec, fields),
        input=fields,
        require=require,
        state=tuple(state),
        constants=tuple(constants),
        statuses=statuses,
        within=values.expr(spec.within, env, t.DURATION) if spec.within else None,
        compensation=spec.compensation.text if spec.compensation else "manual_review",
        receives=_receives(project, values, spec, replace(env, results=low.results)),
        signals=tuple(sorted(low.signals.values(), key=lambda model: model.name)),
        meanwhile=meanwhile,
        steps=steps,
        last=last,
        queries=queries,
        output=output,
        results=tuple(results.items()),
        file=file,
    )
    findings = values.findings + types.findings
    sound = not findings and not ill_shaped(project, file)
    return (workflow if sound else None), first_causes(project, file, findings)


def _maybe(kind: t.Type) -> t.Type:
    return kind if isinstance(kind, t.OptionalType) else t.OptionalType(kind)


def _constant(values: Values, key: Scalar, node: Any, env: Env) -> ir.Local:
    """A constant written as a YAML map or list."""
    value = values.value(node, env)
    text = _literal(value) if value is not None else "null"
    init = values.expr(Scalar(text, key.span), env)
    return ir.Local(name=key.text, type=init.type if init else t.ANY, init=init)


def _literal(value: ir.Value) -> str:
    match value:
        case ir.Expr():
            return value.text
        case ir.Items():
            return "[" + ", ".join(_literal(item) for item in value.items) + "]"
        case ir.Record():
            return "{" + ", ".join(f"'{name}': {_literal(inner)}" for name, inner in value.fields) + "}"


def _required(values: Values, spec: d.Workflow, env: Env) -> tuple[tuple[ir.Requirement, ...], Env]:
    """What `require:` says; unconditional requirements are known from the start."""
    lowered = []
    for requirement in spec.require or ():
        condition = values.condition(requirement.if_, env) if requirement.if_ is not None else None
        inside = env.knowing(condition.checked.when_true) if condition is not None else env
        that = values.condition(requirement.that, inside)
        if that is None:
            continue
        lowered.append(ir.Requirement(condition=condition, that=that))
        if requirement.if_ is None:
            env = env.knowing(that.checked.when_true)
    return tuple(lowered), env


def _last_env(env: Env, low: Lowering, output: t.RecordType) -> Env:
    """In `finally`: how it ended, and every result as one that may be missing."""
    reason = next((f.type for f in output.fields if f.name == "reason"), t.OptionalType(t.STRING))
    own = next((f.type for f in output.fields if f.name == "status"), None)
    own = own.inner if isinstance(own, t.OptionalType) else own
    statuses = dict.fromkeys(
        ("completed", "failed", "cancelled", *(own.members if isinstance(own, t.EnumType) else ()))
    )
    ending = t.RecordType(
        "Ending",
        (
            t.Field("status", t.EnumType(tuple(statuses), None)),
            t.Field("result", t.OptionalType(output)),
            t.Field("reason", reason if isinstance(reason, t.OptionalType) else t.OptionalType(reason)),
            t.Field("error", t.OptionalType(t.STRING)),
            t.Field("undone", t.ListType(t.STRING)),
        ),
    )
    results = {name: _maybe(kind) for name, kind in low.results.items()}
    return replace(env, results=results, extra={"ending": ending})


def _query_env(env: Env, low: Lowering) -> Env:
    return replace(env, results={name: _maybe(kind) for name, kind in low.results.items()}, extra={"status": t.STRING})


def _output_type(name: str, returns: list[tuple[ir.Value, Any]]) -> t.RecordType:
    """The output: every field that some `return` gives; one that another leaves out is optional."""
    kinds: dict[str, list[t.Type]] = {}
    for value, _ in returns:
        if isinstance(value.type, t.RecordType):
            for f in value.type.fields:
                kinds.setdefault(f.name, []).append(f.type)
    fields = []
    for field_name, found in kinds.items():
        kind = joined(found)
        if len(found) < len(returns) and not isinstance(kind, t.OptionalType):
            kind = t.OptionalType(kind)
        fields.append(t.Field(field_name, kind))
    return t.RecordType(name.removesuffix("Workflow") + "Result", tuple(fields))


def joined(found: list[t.Type]) -> t.Type:
    """The type that all of these fit: enumerations are united, null makes optional."""
    optional = any(isinstance(kind, t.OptionalType) or kind == t.NULL for kind in found)
    plain = [kind.inner if isinstance(kind, t.OptionalType) else kind for kind in found if kind != t.NULL]
    if not plain:
        return t.OptionalType(t.STRING)
    kind = plain[0]
    if all(isinstance(x, t.EnumType) for x in plain):
        members = dict.fromkeys(m for x in plain if isinstance(x, t.EnumType) for m in x.members)
        named = {x.name for x in plain if isinstance(x, t.EnumType)}
        kind = t.EnumType(tuple(members), named.pop() if len(named) == 1 else None)
    elif any(t.assignable(kind, other) and kind != other for other in plain):
        kind = next(other for other in plain if t.assignable(kind, other) and kind != other)
    elif any(not t.assignable(other, kind) for other in plain):
        kind = t.STRING if all(x == t.STRING or isinstance(x, t.EnumType) for x in plain) else t.ANY
    return t.OptionalType(kind) if optional else kind


def _queries(project: Project, low: Lowering, spec: d.Workflow, env: Env) -> tuple[ir.Query, ...]:
    queries = []
    for key, fields in (spec.queries or {}).items():
        model = project.queries.get(key.text)
        if model is None:
            low.values.refuse("NAME013", f"there is no query `{key.text}`", key.span,
                              did_you_mean(key.text, project.queries))  # fmt: skip
            continue
        expected = {f.name: _maybe(f.type) for f in model.result.fields}
        values = low.assigned(dict(fields), env, expected, f"`{key.text}`")
        queries.append(ir.Query(model=model, fields=tuple(values)))
    return tuple(queries)


def _workflow_id(values: Values, spec: d.Workflow, fields: tuple[FieldDecl, ...]) -> str:
    """The id's pattern: its placeholders are inputs, and it begins with the tenant (architecture §8.2)."""
    pattern = spec.workflow_id.text
    known = {*(decl.name for decl in fields if not decl.optional), *HEADER, "scheduled_at", "date"}
    for name in re.findall(r"\{(\w+)\}", pattern):
        if name not in known:
            values.refuse("NAME014", f"the workflow id needs `{name}`, and the input has no such field",
                          spec.workflow_id.span, did_you_mean(name, known))  # fmt: skip
    if not pattern.startswith(("tenant:{tenant_id}:", "scheduled:")):
        values.refuse("TENANT001", "a workflow id begins with its tenant", spec.workflow_id.span,
                      "tenant:{tenant_id}:<domain>:{<entity>_id}:<action>, or scheduled:...")  # fmt: skip
    return pattern


def _triggers(
    project: Project, values: Values, spec: d.Workflow, fields: tuple[FieldDecl, ...]
) -> tuple[dict[str, Any], ...]:
    triggers = spec.trigger if isinstance(spec.trigger, tuple) else (spec.trigger,)
    lowered = []
    for trigger in triggers:
        plain: dict[str, Any] = {}
        for name in ("event", "schedule", "over", "overlap", "catch_up", "operator"):
            scalar = getattr(trigger, name)
            if scalar is not None:
                plain[name] = scalar.text
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


def _receives(project: Project, values: Values, spec: d.Workflow, env: Env) -> tuple[tuple[str, str, str], ...]:
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
