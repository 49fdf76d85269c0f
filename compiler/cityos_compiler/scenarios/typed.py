"""The numbers of scenarios: written as text, they become what the types of the specs say they are."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from cityos_compiler import ir
from cityos_compiler.scenarios.model import Action, Number, Scenario
from cityos_dsl.expr import types as t
from cityos_dsl.project import Project


def with_types(scenario: Scenario, workflow: ir.Workflow | None, project: Project) -> Scenario:
    """The scenario with its input, its answers and its messages typed; what has no type is left as it is written."""
    given = {decl.name: decl.full_type for decl in workflow.input} if workflow is not None else {}
    return replace(
        scenario,
        input=_fields(scenario.input, given),
        last_result=typed(scenario.last_result, workflow.output if workflow is not None else t.ANY),
        world={
            name: [_answering(entry, name, project) for entry in entries] for name, entries in scenario.world.items()
        },
        actions=tuple(_said(action, project) for action in scenario.actions),
    )


def typed(value: Any, kind: t.Type | None) -> Any:
    """A value as its type has it: money stays text, other fractions are numbers."""
    kind = t.without_null(kind) if kind is not None else t.ANY
    match value, kind:
        case dict(), t.RecordType():
            return _fields(value, {field.name: field.type for field in kind.fields})
        case dict(), t.MapType(inner):
            return {name: typed(item, inner) for name, item in value.items()}
        case list(), t.ListType(inner):
            return [typed(item, inner) for item in value]
        case dict(), _:
            return {name: typed(item, t.ANY) for name, item in value.items()}
        case list(), _:
            return [typed(item, t.ANY) for item in value]
        case Number(), _ if kind in (t.DOUBLE, t.ANY):
            return float(value)
    return value


def _fields(values: dict[str, Any], kinds: Mapping[str, t.Type]) -> dict[str, Any]:
    return {name: typed(value, kinds.get(name)) for name, value in values.items()}


def _answering(entry: Any, operation: str, project: Project) -> Any:
    models = project.operations.get(operation.removesuffix(".lookup"), [])
    if not isinstance(entry, dict) or "answers" not in entry:
        return entry
    return {**entry, "answers": typed(entry["answers"], models[0].output if models else None)}


def _said(action: Action, project: Project) -> Action:
    event, signal = project.events.get(action.name), project.signal(action.name)
    payload = signal.payload if signal is not None else event.payload if event is not None else None
    return replace(action, payload=typed(action.payload, payload))
