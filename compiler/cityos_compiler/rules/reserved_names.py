"""LIMIT005: names are names that Temporal takes."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.rules.base import mention, rule, top
from cityos_dsl.diagnostics import Finding, Span
from cityos_dsl.project import Project

RESERVED = ("__temporal", "__stack_trace", "__enhanced_stack_trace")
LONGEST = 1_000  # bytes of an id or name
GROWN = 40  # bytes that a value in the id's pattern usually has: an identifier


@rule(
    "LIMIT005",
    "A name that Temporal refuses",
    "Names that begin with `__temporal` are Temporal's own, and an id or name has at most 1,000 bytes.",
    bad="workflow: __temporal_order",
    good="workflow: OrderPlacementWorkflow",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Look at the workflow's name, id and queue, its signals and its queries."""
    for name, place in _named(workflow, project):
        if name.startswith(RESERVED):
            yield Finding("LIMIT005", f"`{name}` is a name of Temporal's own", place, "take another name")
        elif len(name.encode()) > LONGEST:
            yield Finding("LIMIT005", f"a name has at most {LONGEST:,} bytes, and this {len(name.encode()):,}", place,
                          "take a shorter one")  # fmt: skip
    usual = len(workflow.workflow_id.encode()) + GROWN * workflow.workflow_id.count("{")
    if usual > LONGEST:
        yield Finding(
            "LIMIT005",
            f"with what stands in its braces the id has some {usual:,} bytes, and {LONGEST:,} are the most",
            top(workflow, project, "workflow_id"),
            "leave out what the rest of it tells already",
        )


def _named(workflow: ir.Workflow, project: Project) -> Iterator[tuple[str, Span]]:
    yield workflow.name, top(workflow, project, "workflow")
    yield workflow.task_queue, top(workflow, project, "task_queue")
    for signal in workflow.signals:
        yield signal.name, signal.span
        yield from ((alias.text, alias.span) for alias in signal.contract.aliases or ())
    for query in workflow.queries:
        yield query.model.name, mention(workflow, project, {query.model.name})
