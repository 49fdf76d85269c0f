"""SAGA002: a compensation that needs the step's own result needs a lookup."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.rules.base import at, rule
from cityos_dsl.diagnostics import Finding
from cityos_dsl.project import Project


@rule(
    "SAGA002",
    "A compensation needs a result that may be lost",
    "When an answer is lost, the step may have happened, and its result is unknown. A compensation whose inputs come "
    "from that result can then only run if the operation says, in `lookup:`, how the result is found again by our key.",
    bad="operations:\n  createDeliveryOrder: {effect: write, ...}        # no lookup",
    good="operations:\n  createDeliveryOrder: {effect: write, lookup: {request: GET /orders, ...}}",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Look at every compensation with inputs from its step's result."""
    for step in ir.all_steps(workflow):
        if (
            isinstance(step, ir.Do)
            and step.undo is not None
            and step.undo.needs_result
            and not step.operation.has_lookup
        ):
            yield Finding(
                "SAGA002",
                f"`{step.undo.operation.name}` needs the result of `{step.name}`, unknown when its answer is lost",
                at(step, workflow.file),
                f"give the operation `{step.operation.name}` a `lookup:` in specs/systems/{step.operation.system}.yaml",
            )
