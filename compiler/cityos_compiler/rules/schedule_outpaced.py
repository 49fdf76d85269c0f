"""TIME008: a schedule's turns don't come faster than they can end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from cityos_compiler import ir
from cityos_compiler.flow.shortest import shortest
from cityos_compiler.rules.base import rule, top
from cityos_compiler.rules.deadline_short import shown
from cityos_dsl.diagnostics import Finding, Severity
from cityos_dsl.project import Project


@rule(
    "TIME008",
    "A schedule is faster than its workflow",
    "A turn waits for what the one before it started. With `overlap: skip` the turns that come while one runs are left "
    "out: where even the quickest run takes longer than the cadence, that is every second one, and the schedule says "
    "something that never happens.",
    bad="trigger: {schedule: every 5m, overlap: skip}\nsteps:\n  - sleep: settle\n    for: 10m",
    good="trigger: {schedule: every 15m, overlap: skip}\nsteps:\n  - sleep: settle\n    for: 10m",
    severity=Severity.WARNING,
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Compare each cadence with the quickest run."""
    for trigger in workflow.triggers:
        every = trigger.cadence.get("every") if trigger.cadence is not None else None
        if not isinstance(every, float) or (trigger.overlap or "skip") not in ("skip", "buffer_all"):
            continue
        interval, least = timedelta(seconds=every), shortest(workflow)
        if least > interval:
            lost = "is left out" if (trigger.overlap or "skip") == "skip" else "waits, and more and more of them"
            yield Finding(
                "TIME008",
                f"a run takes {shown(least)} at least, and the next turn comes after {shown(interval)}: it {lost}",
                top(workflow, project, "trigger"),
                f"write `every {shown(least, up=True)}` or more, or `overlap: allow_all`",
            )
