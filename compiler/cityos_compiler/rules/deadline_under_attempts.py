"""TIME006: a workflow's deadline leaves time for one attempt of each call."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from cityos_compiler import ir
from cityos_compiler.flow.constants import Known
from cityos_compiler.flow.lasting import longest_waits, total
from cityos_compiler.policies import timeout_of
from cityos_compiler.rules.base import rule, top
from cityos_compiler.rules.deadline_short import shown
from cityos_dsl.diagnostics import Finding, Severity
from cityos_dsl.project import Project


@rule(
    "TIME006",
    "A deadline is shorter than the calls under it",
    "Each operation says how long one attempt may take. Where one attempt of each call on the way takes more than the "
    "workflow has, a run in which every system keeps to its time is undone all the same.",
    bad="within: 1m\nsteps:\n  - do: createDeliveryOrder      # timeout: 5m",
    good="within: 10m\nsteps:\n  - do: createDeliveryOrder      # timeout: 5m",
    severity=Severity.WARNING,
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Compare the deadline with the longest way through waits and first attempts."""
    deadline = Known(workflow).duration(workflow.within)
    if deadline is None or deadline <= timedelta():
        return
    waits = total(longest_waits(workflow))
    both = longest_waits(workflow, lambda step: timeout_of(project, step.operation))
    calls = total(both) - waits
    if waits <= deadline < total(both) and calls >= deadline / 10:  # less is lost in the rounding of a long wait
        longest = max(both, key=lambda wait: wait[1])
        yield Finding(
            "TIME006",
            f"one attempt of each call may take {shown(total(both))} with the waits between them "
            f"({shown(longest[1])} at `{longest[0]}`), and the workflow must end within {shown(deadline)}",
            top(workflow, project, "within"),
            f"write `within: {shown(total(both) * 1.1, up=True)}` or more, or shorten the operations' `timeout`",
        )
