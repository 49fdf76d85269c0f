"""SAGA006: two steps aren't undone by the same call."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.ir.data import to_data
from cityos_compiler.rules.base import at, rule
from cityos_dsl.diagnostics import Finding, Related
from cityos_dsl.project import Project


@rule(
    "SAGA006",
    "Two steps are undone by the same call",
    "A compensation takes back what its own step did. Where two steps have the same one, with the same inputs, one of "
    "them is undone twice and the other not at all.",
    bad="- do: reserveInventory\n  compensate: releaseInventory\n- do: capturePayment\n  compensate: releaseInventory",
    good="- do: reserveInventory\n  compensate: releaseInventory\n- do: capturePayment\n  compensate: refundPayment",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Compare every compensation with those before it."""
    known: list[ir.Do] = []
    for step in ir.all_steps(workflow):
        if not isinstance(step, ir.Do) or step.undo is None:
            continue
        same = next((other for other in known if _same(other, step)), None)
        if same is not None:
            yield Finding(
                "SAGA006",
                f"`{step.undo.operation.name}` undoes `{same.name}` already, with the same inputs",
                at(step, workflow.file),
                f"say what takes `{step.name}` back",
                related=(Related(at(same, workflow.file), "undone by it, too"),),
            )
        known.append(step)


def _same(one: ir.Do, other: ir.Do) -> bool:
    """Whether the two are undone by one call; the same operation in two branches is undone by its own twin."""
    if one.undo is None or other.undo is None or one.operation is other.operation:
        return False
    return one.undo.operation is other.undo.operation and to_data(one.undo.inputs) == to_data(other.undo.inputs)
