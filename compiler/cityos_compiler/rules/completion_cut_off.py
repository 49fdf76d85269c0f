"""TIME004: a step waits for its completion as long as its operation says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from cityos_compiler import ir
from cityos_compiler.flow.constants import Known
from cityos_compiler.rules.base import rule, said
from cityos_compiler.rules.deadline_short import shown
from cityos_dsl.diagnostics import Finding, Related
from cityos_dsl.fields import seconds
from cityos_dsl.project import Project


@rule(
    "TIME004",
    "A step gives up before its answer is due",
    "`completes.within` says how long the system may take to tell how it went. A step that ends before fails with an "
    "unknown outcome while everyone keeps to their time: the money may arrive after it was given up.",
    bad="- do: chargeInstallment      # completes: {within: 24h, ...}\n  within: 10m",
    good="- do: chargeInstallment      # completes: {within: 24h, ...}\n  within: 25h",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Compare each step's deadline with its operation's completion."""
    known = Known(workflow)
    for step in ir.all_steps(workflow):
        completes = step.operation.spec.completes if isinstance(step, ir.Do) else None
        if not isinstance(step, ir.Do) or completes is None:
            continue
        within, due = known.duration(step.within), timedelta(seconds=seconds(completes.within.text) or 0)
        if within is not None and timedelta() < within < due:
            yield Finding(
                "TIME004",
                f"`{step.name}` has {shown(within)}, and its answer may take {shown(due)}",
                said(workflow, project, step, "within"),
                f"write `within: {shown(due * 1.1, up=True)}` or more, or none",
                related=(Related(completes.within.span, "how long the answer may take"),),
            )
