"""LIMIT002: a count that stands in a spec can be."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.flow.constants import Known
from cityos_compiler.rules.base import rule, said
from cityos_dsl.diagnostics import Finding
from cityos_dsl.project import Project

MOST_PENDING = 2_000  # activities, children or signals of one workflow that Temporal lets be under way


@rule(
    "LIMIT002",
    "A count that can't be",
    "Temporal lets a workflow have 2,000 activities under way; a loop with more at a time fails its workflow task "
    "again and again. And a loop with none at a time, or of no pass or round, does nothing and says that "
    "it does something.",
    bad="- for_each: customers\n  concurrency: 5000",
    good="- for_each: customers\n  concurrency: 50",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Look at every count that is known before a run."""
    known = Known(workflow)
    for step in ir.all_steps(workflow):
        for key, expr, most in _counts(step):
            number = known.whole_number(expr)
            if number is None or (number > 0 and (most is None or number <= most)):
                continue
            few = number <= 0
            yield Finding(
                "LIMIT002",
                f"`{step.name}` never runs with `{key}: {number}`" if few
                else f"{number:,} at a time are more than the {most:,} that Temporal lets be under way",
                said(workflow, project, step, key),
                "write a number above zero" if few else f"write {most} or fewer; a system takes a fraction of it",
            )  # fmt: skip


def _counts(step: ir.Step) -> list[tuple[str, ir.Expr | None, int | None]]:
    match step:
        case ir.ForEach():
            return [("concurrency", step.concurrency, MOST_PENDING)]
        case ir.Repeat():
            return [("at_most", step.at_most, None), ("every", step.every, None)]
        case ir.Do():
            return [("rounds", step.rounds, None)]
    return []
