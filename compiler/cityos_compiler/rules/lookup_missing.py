"""SAGA002: a compensation that needs the step's own result needs a lookup."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.rules.base import at, rule
from cityos_compiler.spoken import spoken
from cityos_dsl.diagnostics import Finding, Related
from cityos_dsl.project import Project


@rule(
    "SAGA002",
    "A compensation needs a result that may be lost",
    "When an answer is lost, the step may have happened, and its result is unknown. A compensation whose inputs come "
    "from that result can then only run if the operation says, in `lookup:`, how the result is found again by our key. "
    "Where several providers speak the operation, each needs one: with a provider that has none, nothing is found and "
    "nothing is given back.",
    bad="operations:\n  createDeliveryOrder: {effect: write, ...}        # no lookup",
    good="operations:\n  createDeliveryOrder: {effect: write, lookup: {request: GET /orders, ...}}",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Look at every compensation with inputs from its step's result."""
    for step in ir.all_steps(workflow):
        if not isinstance(step, ir.Do) or step.undo is None or not step.undo.needs_result:
            continue
        blind = [way for way in spoken(step.operation) if way.binding.lookup is None]
        if blind:
            who = ", ".join(way.provider for way in blind if way.provider is not None)
            yield Finding(
                "SAGA002",
                f"`{step.undo.operation.name}` needs the result of `{step.name}`, unknown when its answer is lost"
                + (f" by {who}" if who else ""),
                at(step, workflow.file),
                f"give the operation `{step.operation.name}` a `lookup:` in specs/systems/{step.operation.system}.yaml"
                + (f", for {who}" if who else ""),
                related=tuple(Related(way.binding.request.span, "no lookup here") for way in blind[:3]
                              if way.binding.request is not None),
            )  # fmt: skip
