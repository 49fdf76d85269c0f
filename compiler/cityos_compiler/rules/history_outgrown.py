"""HIST001: no loop writes more history than Temporal keeps."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.flow.history import LIMIT, Events
from cityos_compiler.rules.base import at, rule
from cityos_dsl.diagnostics import Finding
from cityos_dsl.project import Project


@rule(
    "HIST001",
    "A loop outgrows its history",
    "Temporal ends a workflow at 50,000 history events, without undoing anything. Only a `repeat` with `forever: true` "
    "that stands in no other loop goes on in a new run; every other loop must fit into one. An activity writes about "
    "six events, a wait eleven.",
    bad="input:\n  rows: {type: [Row], max_items: 100000}\nsteps:\n  - for_each: rows\n    steps: [{do: importRow}]",
    good="- do: importRows        # a batch of 500 rows in one operation",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Look at the innermost loops that are too much by themselves."""
    events = Events(workflow)
    for loop in ir.all_steps(workflow):
        if not isinstance(loop, ir.ForEach | ir.Repeat) or events.step(loop) <= LIMIT:
            continue
        if any(isinstance(step, ir.ForEach | ir.Repeat) and events.step(step) > LIMIT for step in ir.walk(loop.steps)):
            continue
        passes, each = events.passes(loop), events.block(loop.steps)
        many = "without end" if passes == float("inf") else f"{passes:,.0f} times"
        yield Finding(
            "HIST001",
            f"`{loop.name}` writes about {each:,.0f} history events a pass, {many}; a run holds {LIMIT:,}",
            at(loop, workflow.file),
            "give it a smaller bound, let one operation take a batch, or start a child workflow for each part",
        )
