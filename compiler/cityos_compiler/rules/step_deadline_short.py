"""TIME002: a step's deadline leaves time for one attempt."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from cityos_compiler import ir
from cityos_compiler.flow.constants import Known
from cityos_compiler.policies import timeout_of
from cityos_compiler.rules.base import at, rule
from cityos_compiler.rules.deadline_short import shown
from cityos_dsl.diagnostics import Finding
from cityos_dsl.project import Project


@rule(
    "TIME002",
    "A step's deadline is shorter than one attempt",
    "`within:` on a step covers all of it, waiting and retries included; the operation's `timeout` is one attempt. "
    "With less than one attempt's time the first slow answer fails the step, and its outcome is unknown.",
    bad="- do: capturePayment      # timeout: 2m\n  within: 30s",
    good="- do: capturePayment      # timeout: 2m\n  within: 10m",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Compare each step's deadline with its operation's timeout."""
    known = Known(workflow)
    for step in ir.all_steps(workflow):
        within = known.duration(step.within) if isinstance(step, ir.Do) else None
        if not isinstance(step, ir.Do) or within is None:
            continue
        attempt = timedelta(seconds=timeout_of(project, step.operation))
        if timedelta() < within < attempt:
            yield Finding(
                "TIME002",
                f"`{step.name}` has {shown(within)}, and one attempt may take {shown(attempt)}",
                at(step, workflow.file),
                f"write `within: {shown(attempt)}` or more, or shorten the operation's `timeout`",
            )
