"""TIME007: an attempt may take as long as its latency budget says."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from itertools import pairwise

from cityos_compiler import ir
from cityos_compiler.policies import timeout_of
from cityos_compiler.rules.base import rule
from cityos_compiler.rules.deadline_short import shown
from cityos_dsl.diagnostics import Finding, Related
from cityos_dsl.fields import seconds
from cityos_dsl.project import OperationModel, Project
from cityos_dsl.source import Scalar


@rule(
    "TIME007",
    "A timeout cuts off answers that are in time",
    "A latency budget (architecture §13.4) says how fast an operation is meant to answer; 1 of 100 answers takes "
    "longer than its p99. A `timeout:` below that makes an unknown outcome of an answer that was on its way.",
    bad="timeout: 2s\nlatency: {p50: 500ms, p95: 1.5s, p99: 3s}",
    good="timeout: 30s\nlatency: {p50: 500ms, p95: 1.5s, p99: 3s}",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Look at every operation that the workflow runs, its compensations too."""
    for step in ir.all_steps(workflow):
        for operation in _run(step):
            yield from _cut_off(project, operation)


def _run(step: ir.Step) -> list[OperationModel]:
    own = [step.operation] if isinstance(step, ir.Do) else []
    undo = step.undo if isinstance(step, ir.Do | ir.Group) else None
    return [*own, undo.operation] if undo is not None else own


def _cut_off(project: Project, operation: OperationModel) -> Iterator[Finding]:
    budget = operation.spec.latency
    if budget is None:
        return
    shares = [scalar for scalar in (budget.p50, budget.p95, budget.p99) if scalar is not None]
    for one, other in pairwise(shares):
        if _length(one) > _length(other):
            yield Finding(
                "TIME007",
                f"{one.text} is longer than {other.text}, and more of the answers come within it",
                one.span,
                "p50 is at most p95, and p95 at most p99",
            )
            return
    timeout = timedelta(seconds=timeout_of(project, operation))
    if timeout < _length(budget.p99):
        said = operation.spec.timeout
        yield Finding(
            "TIME007",
            f"an attempt of `{operation.name}` may take {shown(timeout)}, and 1 of 100 takes {budget.p99.text} or more",
            said.span if said is not None else operation.span,
            f"write `timeout: {shown(_length(budget.p99) * 2, up=True)}` or more",
            related=(Related(budget.p99.span, "the latency budget"),),
        )


def _length(text: Scalar) -> timedelta:
    return timedelta(seconds=seconds(text.text) or 0)
