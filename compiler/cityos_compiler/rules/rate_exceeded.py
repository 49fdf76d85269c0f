"""LIMIT001: a loop side by side asks a system no faster than it allows."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.flow.constants import Known
from cityos_compiler.rules.base import rule, said
from cityos_compiler.spoken import Spoken, spoken
from cityos_dsl.diagnostics import Finding, Related, Severity, Span
from cityos_dsl.fields import seconds
from cityos_dsl.project import OperationModel, Project
from cityos_dsl.source import Mapping, Scalar

PERIODS = {"per_second": 1.0, "per_minute": 60.0, "per_hour": 3600.0}
USUAL = 1.0  # seconds that a call takes where its operation states no latency


@rule(
    "LIMIT001",
    "More calls at a time than a system takes",
    "A system's `limits:` say how many requests it takes (architecture §13.1). A loop with so many passes at a time "
    "asks faster: most of its calls are refused, wait, and are refused again, and everybody else's with them.",
    bad="- for_each: deliveries\n  concurrency: 50\n  steps:\n"
    "    - do: createDeliveryOrder      # limits: {per_minute: 120}",
    good="- for_each: deliveries\n  concurrency: 2\n  steps:\n"
    "    - do: createDeliveryOrder      # limits: {per_minute: 120}",
    severity=Severity.WARNING,
)  # fmt: skip
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Compare what runs at a time, and how long it takes, with what each system takes."""
    known = Known(workflow)
    for loop in ir.all_steps(workflow):
        together = known.whole_number(loop.concurrency) if isinstance(loop, ir.ForEach) else None
        if not isinstance(loop, ir.ForEach) or together is None:
            continue
        for step in ir.walk(loop.steps):
            way, limit = _narrowest(step.operation) if isinstance(step, ir.Do) else (None, None)
            if not isinstance(step, ir.Do) or way is None or limit is None:
                continue
            rate = together / _usual(step.operation)
            if rate > limit[0]:
                yield Finding(
                    "LIMIT001",
                    f"`{step.operation.name}` runs up to {together} times at once, some {rate:,.0f} a second, and "
                    f"{way.provider or step.operation.system} takes {limit[0]:,.0f} a second",
                    said(workflow, project, loop, "concurrency"),
                    f"write `concurrency: {max(1, int(limit[0] * _usual(step.operation)))}`",
                    related=(Related(limit[1], "what the system takes"),),
                )
                break


def _narrowest(operation: OperationModel) -> tuple[Spoken, tuple[float, Span]] | tuple[None, None]:
    """The way of speaking an operation that takes the fewest requests a second, and how many."""
    found = [(way, limit) for way in spoken(operation) for limit in (_limit(way),) if limit is not None]
    return min(found, key=lambda pair: pair[1][0]) if found else (None, None)


def _limit(way: Spoken) -> tuple[float, Span] | None:
    limits = way.connection.limits if way.connection is not None else None
    if not isinstance(limits, Mapping):
        return None
    rates = [
        (float(value.text) / PERIODS[key.text], value.span)
        for key, value in limits
        if key.text in PERIODS and isinstance(value, Scalar) and value.text.isdigit()
    ]
    return min(rates, default=None)


def _usual(operation: OperationModel) -> float:
    budget = operation.spec.latency
    half = budget.p50 if budget is not None else None
    return (seconds(half.text) if half is not None else None) or USUAL
