"""SAGA011: `undo: name` undoes something."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.flow.graph import flow_of
from cityos_compiler.flow.registered import registered
from cityos_compiler.rules.base import at, rule
from cityos_dsl.diagnostics import Finding, Related
from cityos_dsl.project import Project


@rule(
    "SAGA011",
    "An undo of what isn't registered",
    "`undo: name` runs the compensation that the step, or a step inside of the block, has registered. Where none can "
    "be registered on any way to it - it has no `compensate:`, it comes later, or a pivot or an undo came between - it "
    "does nothing.",
    bad="- do: reserveInventory\n  compensate: releaseInventory\n- pivot\n- undo: reserveInventory",
    good="- do: reserveInventory\n  compensate: releaseInventory\n- undo: reserveInventory\n- pivot",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Compare every `undo: name` with what may be registered where it stands."""
    steps = ir.all_steps(workflow)
    named = [step for step in steps if isinstance(step, ir.Undo) and step.only is not None]
    if not named:
        return
    flow = flow_of(workflow)
    before = registered(flow, doubtful=True)
    for point, step in flow.steps.items():
        if not isinstance(step, ir.Undo) or step.only is None or point not in before:
            continue
        meant = next((other for other in steps if other.name == step.only), None)
        if meant is None or before[point] & {meant.name, *(inner.name for inner in _within(meant))}:
            continue
        yield Finding(
            "SAGA011",
            f"nothing of `{step.only}` can be registered here",
            at(step, workflow.file),
            f"give `{step.only}` a `compensate:`, or undo it before it is committed",
            related=(Related(at(meant, workflow.file), "what would be undone"),),
        )


def _within(step: ir.Step) -> list[ir.Step]:
    return [inner for block in ir.children(step) for inner in ir.walk(block)]
