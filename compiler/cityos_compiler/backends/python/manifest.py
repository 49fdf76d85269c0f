"""What was generated, for workers and for everybody who asks which spec it was made from."""

from __future__ import annotations

import json

from cityos_compiler import ir
from cityos_compiler.backends.python.workflow_module import module_name
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
                "digest": ir.digest(workflow),
                "source": workflow.file,
            }
            for workflow in workflows
        ],
        "tenants": _tenants(project),
    }
    return json.dumps(data, indent=1) + "\n"


def _tenants(project: Project) -> dict[str, dict[str, str]]:
    from cityos_compiler.backends.python.systems import expressions

    tenants = project.city.tenants if project.city is not None else None
    return expressions(tenants) or {}
