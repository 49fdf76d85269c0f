"""TIME003: a step's deadline leaves room for its retries."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from cityos_compiler import ir
from cityos_compiler.flow.constants import Known
from cityos_compiler.policies import Pauses, pauses_of, timeout_of
from cityos_compiler.rules.base import rule, said
from cityos_compiler.rules.deadline_short import shown
from cityos_dsl.diagnostics import Finding, Related, Severity
from cityos_dsl.project import Project


@rule(
    "TIME003",
    "Retries that a deadline never lets happen",
    "`within:` on a step covers its attempts and the pauses between them. Where the pauses alone are longer, the last "
    "attempts of the policy are never made; where one attempt that takes all its time leaves nothing for a second, "
    "a call that hangs once is never tried again.",
    bad="- do: pingMedusa      # timeout: 10s, retry: {attempts: 5, first: 30s, ...}\n  within: 30s",
    good="- do: pingMedusa      # timeout: 10s, retry: {attempts: 3, first: 5s, ...}\n  within: 30s",
    severity=Severity.WARNING,
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Compare each step's deadline with its operation's retry policy."""
    known = Known(workflow)
    for step in ir.all_steps(workflow):
        within = known.duration(step.within) if isinstance(step, ir.Do) else None
        if not isinstance(step, ir.Do) or within is None:
            continue
        attempt, pauses = timedelta(seconds=timeout_of(project, step.operation)), pauses_of(project, step.operation)
        why = _why(within, attempt, pauses) if within >= attempt else None
        if why is not None:
            yield Finding(
                "TIME003",
                f"within {shown(within)} {why}",
                said(workflow, project, step, "within"),
                "give it more time, or a retry policy with fewer attempts or shorter pauses",
                related=(Related(step.operation.span, f"tried {len(pauses) + 1} times, {shown(attempt)} each"),),
            )


def _why(within: timedelta, attempt: timedelta, pauses: Pauses) -> str | None:
    passed = timedelta()
    for number, pause in enumerate(pauses, 1):
        passed += pause
        if passed >= within:
            return f"only {number} of {len(pauses) + 1} attempts can begin"
    if pauses and attempt + pauses[0] >= within:
        return f"an attempt that takes its {shown(attempt)} leaves no time for a second"
    return None
