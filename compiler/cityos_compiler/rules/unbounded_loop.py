"""LOOP010: a list that is looped over has a bound."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.flow.lists import listed
from cityos_compiler.rules.base import at, rule
from cityos_dsl.diagnostics import Finding
from cityos_dsl.project import Project


@rule(
    "LOOP010",
    "A loop goes through a list without bound",
    "Temporal ends a workflow at 50,000 history events. Without `max_items` on the list nobody knows how many that is.",
    bad="input:\n  lots: [AuctionLot]",
    good="input:\n  lots: {type: [AuctionLot], max_items: 200}",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Look at loops over lists of the input, sorted or filtered ones too."""
    for step in ir.all_steps(workflow):
        if not isinstance(step, ir.ForEach) or step.among is None:
            continue
        found = listed(workflow, step.among)
        if found is not None and found.bound is None:
            name = found.path.rpartition(".")[2]
            yield Finding(
                "LOOP010",
                f"`{step.name}` goes through `input.{found.path}`, which has no `max_items`",
                at(step, workflow.file),
                f"{name}: {{type: [...], max_items: <the most there can be>}}",
            )
