"""What was generated, for workers and for everybody who asks which spec it was made from."""

from __future__ import annotations

import json
from typing import Any

from cityos_compiler import ir
from cityos_compiler.backends.python.systems import expressions, plain
from cityos_compiler.backends.python.workflow_module import module_name
from cityos_compiler.policies import timeout_of
from cityos_dsl.project import Project


def manifest(project: Project, workflows: list[ir.Workflow]) -> str:
    """What there is: a worker finds its workflows here, and everybody the digests they were made from."""
    data = {
        "workflows": [
            {
                "id": workflow.id,
                "type": workflow.name,
                "module": module_name(workflow),
                "class": workflow.name,
                "summary": workflow.summary,
                "task_queue": workflow.task_queue,
                "workflow_id": workflow.workflow_id,
                "input": [decl.name for decl in workflow.input],
                **({"defaults": named} if (named := id_defaults(workflow)) else {}),
                **_schedules(project, workflow),
                "digest": ir.digest(workflow),
                "source": workflow.file,
            }
            for workflow in workflows
        ],
        "tenants": tenants_of(project),
    }
    return json.dumps(data, indent=1) + "\n"


def id_defaults(workflow: ir.Workflow) -> dict[str, Any]:
    """What stands in the id where the input doesn't say it: the id is made before the input is read."""
    return {
        decl.name: plain(decl.options["default"])
        for decl in workflow.input
        if "default" in decl.options and f"{{{decl.name}}}" in workflow.workflow_id
    }


def _schedules(project: Project, workflow: ir.Workflow) -> dict[str, Any]:
    """When the workflow is started by the clock, and for which rows."""
    entries = []
    for trigger in workflow.triggers:
        if trigger.cadence is None:
            continue
        entry: dict[str, Any] = {"cadence": trigger.cadence, "overlap": trigger.overlap or "skip"}
        if trigger.catch_up is not None:
            entry["catch_up"] = trigger.catch_up
        if trigger.over is not None:
            operation = project.operations[trigger.over.rpartition(".")[2]][0]
            entry["over"] = {
                "operation": operation.name,
                "task_queue": operation.task_queue,
                "timeout": timeout_of(project, operation),
            }
        entries.append(entry)
    return {"again": workflow.again, "schedules": entries} if entries else {}


def tenants_of(project: Project) -> dict[str, dict[str, str]]:
    """The tenants that the project gives a profile, by id."""
    tenants = project.city.tenants if project.city is not None else None
    return expressions(tenants) or {}
