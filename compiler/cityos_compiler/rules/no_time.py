"""TIME005: a duration that stands in a spec lasts."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from cityos_compiler import ir
from cityos_compiler.flow.constants import Known
from cityos_compiler.rules.base import mention, rule, said, top
from cityos_dsl.diagnostics import Finding, Span
from cityos_dsl.project import Project

NOTHING = timedelta()


@rule(
    "TIME005",
    "A time of nothing",
    "A sleep of no time waits for nothing, a deadline of no time has always passed, and a timer that rings every 0 "
    "seconds rings for ever at once.",
    bad="- sleep: wait\n  for: 0s",
    good="- sleep: wait\n  for: 1h",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Look at every duration that is known before a run."""
    known = Known(workflow)

    def lasts(expr: ir.Expr | None, least: timedelta = NOTHING) -> bool:
        lasting = known.duration(expr)
        return lasting is None or lasting > least

    if not lasts(workflow.within):
        yield _found("the workflow's deadline", top(workflow, project, "within"))
    for step in ir.all_steps(workflow):
        if isinstance(step, ir.Sleep) and not lasts(step.lasting):
            yield _found(f"`{step.name}`", said(workflow, project, step, "for"))
        if isinstance(step, ir.Await) and not lasts(step.lasting, timedelta(microseconds=-1)):
            yield _found(f"`{step.name}`", said(workflow, project, step, "for"))
        if isinstance(step, ir.Do | ir.Group) and not lasts(step.within):
            yield _found(f"the deadline of `{step.name}`", said(workflow, project, step, "within"))
    for timer in ir.all_timers(workflow):
        if not lasts(timer.every):
            yield _found(f"the timer `{timer.name}`", mention(workflow, project, {timer.name}))


def _found(what: str, place: Span) -> Finding:
    return Finding("TIME005", f"{what} takes no time", place, "write a time above zero, or take it out")
