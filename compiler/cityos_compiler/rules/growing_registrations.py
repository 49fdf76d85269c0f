"""SAGA005: what is registered to be undone doesn't grow with a loop."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.flow.constants import Known
from cityos_compiler.flow.graph import Flow, flow_of
from cityos_compiler.flow.lists import listed
from cityos_compiler.rules.base import at, rule
from cityos_dsl.diagnostics import Finding
from cityos_dsl.project import Project

MOST = 500  # passes; each carries its registration (some 2 KiB) through continue-as-new, and 2 MiB is the end of it


@rule(
    "SAGA005",
    "What is registered to be undone grows with a loop",
    "Each pass registers one more compensation; a workflow that goes on for months carries thousands of them, and a "
    "failure in the end would undo what was settled long ago. Commit each pass with `pivot` once it is done, say "
    "`no_undo:`, or put one compensation for all of it before the loop.",
    bad="- repeat: cycles\n  forever: true\n  steps:\n    - do: chargeCard\n      compensate: refundCard",
    good="- repeat: cycles\n  forever: true\n  steps:\n    - do: chargeCard\n      compensate: refundCard\n    - pivot",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Look for registrations on a way round a loop that passes neither a pivot nor an undo."""
    candidates = _candidates(workflow)
    growing = _growing(flow_of(workflow)) if candidates else set()
    for loop, step, undo in candidates:
        if step.name in growing:
            yield Finding(
                "SAGA005",
                f"every pass of `{loop.name}` registers `{undo.operation.name}` once more, and none is committed",
                at(step, workflow.file),
                "end each pass with `pivot`, or put one compensation for all passes before the loop",
            )


def _candidates(workflow: ir.Workflow) -> list[tuple[ir.Step, ir.Do, ir.Compensation]]:
    """The steps with a compensation inside of loops with many passes."""
    known = Known(workflow)
    return [
        (loop, step, step.undo)
        for loop in ir.all_steps(workflow)
        if isinstance(loop, ir.Repeat | ir.ForEach) and (_passes(loop, known, workflow) or 0) > MOST
        for step in ir.walk(loop.steps)
        if isinstance(step, ir.Do) and step.undo is not None
    ]


def _growing(flow: Flow) -> set[str]:
    """The steps with a compensation that control can come back to without a commit between."""
    import networkx as nx  # a tenth of a second: only where a loop asks for it

    ways = flow.graph()
    ways.remove_nodes_from(
        [
            point
            for point, step in flow.steps.items()
            if isinstance(step, ir.Pivot) or (isinstance(step, ir.Undo) and step.only is None)
        ]
    )
    round_trips = [part for part in nx.strongly_connected_components(ways) if len(part) > 1]
    return {flow.steps[point].name for part in round_trips for point in part if point in flow.steps}


def _passes(loop: ir.Step, known: Known, workflow: ir.Workflow) -> float | None:
    """How many passes a loop may make; ``None`` where nothing says."""
    if isinstance(loop, ir.Repeat):
        return known.whole_number(loop.at_most) if loop.at_most is not None else float("inf")
    if isinstance(loop, ir.ForEach) and loop.among is not None:
        found = listed(workflow, loop.among)
        return found.bound if found is not None else None
    return None
