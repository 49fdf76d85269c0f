"""TIME001: a workflow's deadline is longer than its own waits."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from cityos_compiler import ir
from cityos_compiler.flow.constants import Known
from cityos_compiler.flow.lasting import longest_waits, total
from cityos_compiler.rules.base import rule, top
from cityos_dsl.diagnostics import Finding
from cityos_dsl.project import Project


@rule(
    "TIME001",
    "A deadline is shorter than the waits under it",
    "`within:` fails the workflow and undoes what it did. If the waits that the spec itself allows take longer, a run "
    "in which everyone keeps to their time fails all the same.",
    bad="within: 24h\nsteps:\n  - await: awaitIdentityCheck\n    for: 7d",
    good="within: 8d\nsteps:\n  - await: awaitIdentityCheck\n    for: 7d",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Compare the workflow's deadline with the longest way through its waits."""
    deadline = Known(workflow).duration(workflow.within)
    waits = longest_waits(workflow)
    if deadline is not None and total(waits) > deadline > timedelta():
        listed = " + ".join(f"{shown(wait)} at `{name}`" for name, wait in waits)
        yield Finding(
            "TIME001",
            f"the workflow may take {shown(total(waits))} ({listed}), and must end within {shown(deadline)}",
            top(workflow, project, "within"),
            f"write `within: {shown(total(waits) * 1.1, up=True)}` or more, or shorten the waits",
        )


def shown(lasting: timedelta, *, up: bool = False) -> str:
    """A duration as specs write it; with `up`, rounded up to whole days, hours or minutes."""
    seconds = int(lasting.total_seconds())
    if up:
        unit = next((size for size in (86400, 3600, 60) if seconds >= size), 1)
        seconds = -(-seconds // unit) * unit
    parts = []
    for word, size in (("d", 86400), ("h", 3600), ("m", 60), ("s", 1)):
        if seconds >= size:
            parts.append(f"{seconds // size}{word}")
            seconds %= size
    return "".join(parts) or "0s"
