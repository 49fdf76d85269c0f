"""IDEM004: what may be tried again after its key is forgotten is looked up first."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

from cityos_compiler import ir
from cityos_compiler.flow.constants import Known
from cityos_compiler.flow.graph import Flow, flow_of
from cityos_compiler.policies import pauses_of
from cityos_compiler.rules.base import at, rule
from cityos_compiler.rules.deadline_short import shown
from cityos_compiler.spoken import Spoken, spoken
from cityos_dsl.diagnostics import Finding, Related
from cityos_dsl.fields import seconds
from cityos_dsl.project import Project

BY_KEY = ("header", "body_field")


@rule(
    "IDEM004",
    "A key is forgotten before the last try",
    "Stripe and Tap remember an idempotency key for 24 hours (`dedupe_window:`). A step that is parked waits for an "
    "operator, over a weekend perhaps; one with long pauses is tried again after days. The key then means nothing, and "
    "the card is charged once more. With a `lookup:` the next try first asks whether it happened.",
    bad="- pivot\n- do: refundPayment      # parked where it fails; idempotency: {header: ...}, no lookup",
    good="refundPayment:\n  lookup: {request: GET /refunds, query: {reference: key}, ...}",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Look at write and money steps that may be tried again after their key's window."""
    known = Known(workflow)
    steps = [step for step in ir.walk(workflow.steps) if isinstance(step, ir.Do)]
    suspects = [(step, ways) for step in steps for ways in (_forgetful(step),) if ways]
    parked = _after_pivot(flow_of(workflow)) if suspects else frozenset()
    for step, ways in suspects:
        for way, window in ways:
            why = _why(project, known, step, window, id(step) in parked)
            if why is not None and way.connection is not None and way.connection.dedupe_window is not None:
                yield Finding(
                    "IDEM004",
                    f"`{step.name}` {why}, and its key is forgotten{way.by} after {shown(window)}",
                    at(step, workflow.file),
                    f"give `{step.operation.name}` a `lookup:`{way.by}, or let it fail (`on_failure: fail`)",
                    related=(Related(way.connection.dedupe_window.span, "how long a key is remembered"),),
                )
                break


def _forgetful(step: ir.Do) -> list[tuple[Spoken, timedelta]]:
    """The ways of speaking a step's operation whose keys are forgotten, and after which time."""
    if step.operation.effect not in ("write", "money"):
        return []
    if step.undo is not None and step.undo.needs_result:
        return []  # a lookup that is missing has its finding already: what undoes the step needs it (SAGA002)
    return [
        (way, timedelta(seconds=seconds(way.connection.dedupe_window.text) or 0))
        for way in spoken(step.operation)
        if way.strategy in BY_KEY and way.binding.lookup is None
        and way.connection is not None and way.connection.dedupe_window is not None
    ]  # fmt: skip


def _why(project: Project, known: Known, step: ir.Do, window: timedelta, after_pivot: bool) -> str | None:
    if step.on_failure == "park" or (step.on_failure == "default" and after_pivot and "any" not in step.handled):
        return "is parked where it fails, for as long as it takes an operator"
    within = known.duration(step.within)
    if sum(pauses_of(project, step.operation), timedelta()) > window and (within is None or within > window):
        return "is tried again after longer"
    return None


def _after_pivot(flow: Flow) -> frozenset[int]:
    """The steps, by identity, that may come after a pivot."""
    waiting = [point for point, step in flow.steps.items() if isinstance(step, ir.Pivot)]
    seen: set[int] = set()
    while waiting:
        for there in flow.edges[waiting.pop()]:
            if there not in seen:
                seen.add(there)
                waiting.append(there)
    return frozenset(id(flow.steps[point]) for point in seen if point in flow.steps)
