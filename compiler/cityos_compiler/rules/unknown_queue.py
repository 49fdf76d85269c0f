"""QUEUE001: a workflow runs on a queue that workers listen on."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.rules.base import rule, top
from cityos_dsl.diagnostics import Finding, did_you_mean
from cityos_dsl.project import Project
from cityos_dsl.source import Mapping


@rule(
    "QUEUE001",
    "A queue that nobody listens on",
    "A workflow on a queue without workers waits for ever and says nothing. The queues stand in specs/cityos.yaml "
    "under `task_queues:`, with what they are for.",
    bad="task_queue: medusa-comerce",
    good="task_queue: medusa-commerce",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Compare the workflow's queue with the project's."""
    listed = project.city.task_queues if project.city is not None else None
    queues = [name.text for name, _ in listed] if isinstance(listed, Mapping) else []
    if queues and workflow.task_queue not in queues:
        yield Finding(
            "QUEUE001",
            f"no queue is called `{workflow.task_queue}`",
            top(workflow, project, "task_queue"),
            did_you_mean(workflow.task_queue, queues, "the queues are"),
        )
