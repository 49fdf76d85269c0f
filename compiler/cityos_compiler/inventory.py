"""What the specs contain, as data."""

from __future__ import annotations

from typing import Any

from cityos_compiler import ir
from cityos_dsl.models import OwnedModel
from cityos_dsl.project import Project
from cityos_dsl.variants import plain_name


def inventory(project: Project, workflows: list[ir.Workflow]) -> dict[str, Any]:
    """The project's workflows with their steps and timers, signals and queries; its contracts, errors and models."""
    return {
        "workflows": [_workflow(project, workflow) for workflow in workflows],
        "signals": sorted(project.signals),
        "queries": sorted(project.queries),
        "errors": list(project.errors),
        "models": [_model(model) for model in project.models],
    }


def _model(model: OwnedModel) -> dict[str, Any]:
    return {
        "name": model.name,
        "system": model.system,
        "domain": model.domain,
        "source": model.spec.source.text,
        "kept_as": model.kept_as,
        "class": model.data_class,
        "synced_to": list(model.targets),
    }


def _workflow(project: Project, workflow: ir.Workflow) -> dict[str, Any]:
    always = [name for name, query in project.queries.items() if query.always]
    return {
        "id": workflow.id,
        "name": workflow.name,
        "task_queue": workflow.task_queue,
        "triggers": [trigger.shown() for trigger in workflow.triggers],
        "input": [decl.name + ("?" if decl.optional else "") for decl in workflow.input],
        "steps": [
            *(_step(step) for step in ir.all_steps(workflow) if step.name),
            *({"id": timer.name, "kind": "timer"} for timer in ir.all_timers(workflow)),
        ],
        "signals": [{"name": model.name, "aliases": list(model.aliases)} for model in workflow.signals],
        "queries": sorted({*always, *(query.model.name for query in workflow.queries)}),
    }


def _step(step: ir.Step) -> dict[str, Any]:
    data: dict[str, Any] = {"id": step.name, "kind": _KINDS.get(type(step), "step")}
    if isinstance(step, ir.Do):
        data |= {
            "activity": plain_name(step.operation.name),
            "system": step.operation.system,
            "task_queue": step.operation.task_queue,
        }
        if step.undo is not None:
            data["compensation"] = plain_name(step.undo.operation.name)
    return data


_KINDS: dict[type[ir.Step], str] = {
    ir.Do: "do", ir.Sleep: "sleep", ir.Await: "await", ir.If: "if", ir.Switch: "switch", ir.Group: "group",
    ir.ForEach: "for_each", ir.Repeat: "repeat", ir.Parallel: "parallel", ir.Child: "call", ir.SendSignal: "signal",
    ir.Emit: "emit", ir.Set: "set",
}  # fmt: skip
