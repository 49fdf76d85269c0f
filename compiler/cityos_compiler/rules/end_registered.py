"""SAGA004: an early end says what becomes of what is registered."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.flow.graph import flow_of
from cityos_compiler.flow.registered import registered
from cityos_compiler.rules.base import at, rule
from cityos_dsl.diagnostics import Finding
from cityos_dsl.project import Project


@rule(
    "SAGA004",
    "An early end leaves something done",
    "A `return` is a success: nothing is undone. Where it ends the flow early - a refusal, an expiry - what was done "
    "before it would stay: the card charged, the stock reserved. Say which it is: `undo` before the `return` gives "
    "everything back, `pivot` before it means it to stay.",
    bad="- do: reserveInventory\n  compensate: releaseInventory\n- if: order.total > limit\n  then:\n"
    "    - return: {status: refused}",
    good="- do: reserveInventory\n  compensate: releaseInventory\n- if: order.total > limit\n  then:\n"
    "    - undo\n    - return: {status: refused}",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Look at every `return` but the one that the flow ends in."""
    flow = flow_of(workflow)
    before = registered(flow)
    last = workflow.steps[-1] if workflow.steps else None
    for point, step in flow.steps.items():
        left = before.get(point, frozenset())
        if isinstance(step, ir.Return) and step is not last and left:
            yield Finding(
                "SAGA004",
                f"this ends the workflow and leaves {_listed(left)} done",
                at(step, workflow.file),
                "write `undo` before it to give everything back, or `pivot` to let it stay",
            )


def _listed(names: frozenset[str]) -> str:
    return ", ".join(f"`{name}`" for name in sorted(names))
