"""Lowering of whole workflows."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Any

from cityos_compiler import ir
from cityos_compiler.lowering import kinds
from cityos_compiler.lowering.causes import ill_shaped
from cityos_compiler.lowering.env import Env, maybe
from cityos_compiler.lowering.outputs import last_env, output_type
from cityos_compiler.lowering.steps import Lowering
from cityos_compiler.lowering.triggers import lower_receives, lower_triggers
from cityos_compiler.lowering.values import Seen, Values
from cityos_dsl.diagnostics import Finding, did_you_mean
from cityos_dsl.expr import types as t
from cityos_dsl.expr.fold import asks_the_clock
from cityos_dsl.expr.unparse import unparse
from cityos_dsl.fields import FieldDecl, camel, record
from cityos_dsl.project import Project
from cityos_dsl.source import Scalar
from cityos_dsl.spec import documents as d


class Records(Mapping[str, t.RecordType]):
    """The records among the types; none is looked at before it is named."""

    def __init__(self, types: Mapping[str, t.Type]) -> None:
        self._types = types

    def __getitem__(self, name: str) -> t.RecordType:
        kind = self._types[name]
        if not isinstance(kind, t.RecordType):
            raise KeyError(name)
        return kind

    def __iter__(self) -> Iterator[str]:
        return (name for name, kind in self._types.items() if isinstance(kind, t.RecordType))

    def __len__(self) -> int:
        return sum(1 for _ in self)


def lower_workflow(
    project: Project,
    file: str,
    spec: d.Workflow,
    outputs: Callable[[str], t.Type | None],
    seen: list[Seen] | None = None,
) -> tuple[ir.Workflow | None, list[Finding]]:
    """Lower one workflow; ``outputs`` gives what those that it calls give, ``seen`` takes its expressions."""
    kinds.load()
    values = Values(project, records=Records(project.types), seen=seen)
    types = project.reader()
    name = spec.workflow.text
    fields = types.fields(spec.input, camel(name.removesuffix("Workflow"))) if spec.input is not None else ()
    statuses = tuple(scalar.text for scalar in spec.statuses or ())
    low = Lowering(project, values, types, statuses, workflow=name, outputs=outputs)
    env = Env(input=record(name + "Input", fields), state={}, constants={})
    require, env = _required(values, spec, env)
    constants, env = _constants(low, spec, env)
    state, env = _state(low, spec, env)
    meanwhile = low.meanwhile(spec.meanwhile, env)
    with low.beside(meanwhile):
        steps, _ = low.block(spec.steps, env)
    output = output_type(name, low.returns)
    at_end = last_env(env, low, output)
    last, _ = low.block(spec.finally_ or (), at_end)
    invariants = tuple(each for text in spec.invariant or () if (each := values.condition(text, at_end)) is not None)
    _undone_by_name(low)
    queries = _queries(project, low, spec, _query_env(env, low))
    workflow = ir.Workflow(
        id=spec.id.text,
        name=name,
        summary=spec.summary.text,
        task_queue=spec.task_queue.text,
        workflow_id=_workflow_id(values, spec, fields),
        triggers=lower_triggers(project, values, spec, fields),
        input=fields,
        require=require,
        state=state,
        constants=constants,
        statuses=statuses,
        within=values.expr(spec.within, env, t.DURATION) if spec.within else None,
        compensation=spec.compensation.text if spec.compensation else "manual_review",
        receives=lower_receives(
            project, values, spec, replace(env, results=low.results), [*ir.walk(steps), *ir.walk(last)]
        ),
        again=spec.again.text if spec.again else "never",
        while_running=spec.while_running.text if spec.while_running else "reject",
        signals=tuple(sorted(low.signals.values(), key=lambda model: model.name)),
        meanwhile=meanwhile,
        steps=steps,
        last=last,
        invariants=invariants,
        queries=queries,
        output=output,
        results=tuple(low.results.items()),
        file=file,
    )
    findings = values.findings + types.findings
    sound = not findings and not ill_shaped(project, file)
    return (workflow if sound else None), findings


def _constants(low: Lowering, spec: d.Workflow, env: Env) -> tuple[tuple[ir.Local, ...], Env]:
    """The constants; each knows the ones before it."""
    constants = []
    for key, node in spec.constants or ():
        constant = low.variable(key, node, env) if isinstance(node, Scalar) else _constant(low.values, key, node, env)
        constants.append(constant)
        if isinstance(node, Scalar):
            low.values.constants[constant.name] = node
        _same_in_every_run(low, key, constant)
        env = replace(env, constants={**env.constants, constant.name: constant.type})
    return tuple(constants), env


def _same_in_every_run(low: Lowering, key: Scalar, constant: ir.Local) -> None:
    """A constant is worked out once, before any run: no run's own values are known there."""
    if constant.init is None:
        return
    own = sorted(constant.init.names.keys() & {"input", "tenant", "workflow"})
    asked = f"`{own[0]}`" if own else "`now()`" if asks_the_clock(constant.init.checked.expr) else None
    if asked is not None:
        message = f"{asked} is another one in every run, and a constant the same in all of them"
        instead = f"make it a state variable: state: {{{key.text}: ...}}"
        low.values.refuse("EXPR019", message, constant.init.source.span, instead)


def _state(low: Lowering, spec: d.Workflow, env: Env) -> tuple[tuple[ir.Local, ...], Env]:
    """The state; each variable knows the ones before it."""
    state = []
    for key, node in spec.state or ():
        variable = low.variable(key, node, env)
        state.append(variable)
        kind = variable.type if variable.init is not None or variable.name in low.misread else maybe(variable.type)
        env = replace(env, state={**env.state, variable.name: kind})
    return tuple(state), env


def _undone_by_name(low: Lowering) -> None:
    """Every `undo: name` names a step of the workflow."""
    for named in low.undos:
        if named.text not in low.names:
            low.values.refuse(
                "NAME009", f"no step is called `{named.text}`", named.span, did_you_mean(named.text, low.names)
            )


def _constant(values: Values, key: Scalar, node: Any, env: Env) -> ir.Local:
    """A constant written as a YAML map or list."""
    value = values.value(node, env)
    text = _literal(value) if value is not None else "null"
    init = values.expr(Scalar(text, key.span), env)
    return ir.Local(name=key.text, type=init.type if init else t.ANY, init=init, span=key.span)


def _literal(value: ir.Value) -> str:
    match value:
        case ir.Expr():
            return value.text
        case ir.Items():
            return "[" + ", ".join(_literal(item) for item in value.items) + "]"
        case ir.Record():
            return "{" + ", ".join(f"'{name}': {_literal(inner)}" for name, inner in value.fields) + "}"


def _required(values: Values, spec: d.Workflow, env: Env) -> tuple[tuple[ir.Requirement, ...], Env]:
    """What `require:` says: the flow knows it from the start, or where the condition holds that it is bound to."""
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
        elif condition is not None:
            text = unparse(condition.checked.expr)
            values.required[text] = values.required.get(text, frozenset()) | that.checked.when_true
    return tuple(lowered), env


def _query_env(env: Env, low: Lowering) -> Env:
    return replace(env, results={name: maybe(kind) for name, kind in low.results.items()}, extra={"status": t.STRING})


def _queries(project: Project, low: Lowering, spec: d.Workflow, env: Env) -> tuple[ir.Query, ...]:
    queries = []
    for key, fields in (spec.queries or {}).items():
        model = project.queries.get(key.text)
        if model is None:
            low.values.refuse("NAME013", f"there is no query `{key.text}`", key.span,
                              did_you_mean(key.text, project.queries))  # fmt: skip
            continue
        expected = {f.name: maybe(f.type) for f in model.result.fields}
        values = low.assigned(dict(fields), env, expected, f"`{key.text}`")
        queries.append(ir.Query(model=model, fields=tuple(values), place=key.span))
    return tuple(queries)


def _workflow_id(values: Values, spec: d.Workflow, fields: tuple[FieldDecl, ...]) -> str:
    """The id's pattern: its placeholders are inputs, and it begins with the tenant (architecture §8.2)."""
    pattern = spec.workflow_id.text
    known = {*(decl.name for decl in fields if not decl.optional), "tenant_id"}
    for name in re.findall(r"\{([^{}]*)\}", pattern):
        if name not in known:
            values.refuse("NAME014", f"the workflow id needs `{name}`, and the input has no such field",
                          spec.workflow_id.span, did_you_mean(name, known))  # fmt: skip
    if not pattern.startswith(("tenant:{tenant_id}:", "scheduled:")):
        values.refuse("TENANT001", "a workflow id begins with its tenant", spec.workflow_id.span,
                      "tenant:{tenant_id}:<domain>:{<entity>_id}:<action>, or scheduled:...")  # fmt: skip
    return pattern
