"""SIGNAL002: a signal that a workflow sends is taken by the workflow that it goes to."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.flow.addressed import meant_by
from cityos_compiler.rules.base import Whole, at, whole_rule
from cityos_dsl.diagnostics import Finding, Related, did_you_mean


@whole_rule(
    "SIGNAL002",
    "A signal that nobody takes",
    "Temporal keeps a signal that its workflow doesn't know, and nothing ever happens. The workflow with the id under "
    "`to:` takes it in an `await`, under `meanwhile:`, or by an operation that completes with it.",
    bad="- signal: customer.noticed\n  to: tenant:{tenant_id}:order:{order_id}:placement   # doesn't wait for it",
    good="- signal: delivery.completed\n  to: tenant:{tenant_id}:order:{order_id}:placement",
)
def check(whole: Whole) -> Iterator[Finding]:
    """Compare what is sent with what the workflow of that id takes."""
    if not whole.is_sound:
        return
    for workflow in whole.workflows:
        for step in ir.all_steps(workflow):
            if isinstance(step, ir.SendSignal):
                yield from _sent(whole, workflow, step)


def _sent(whole: Whole, workflow: ir.Workflow, step: ir.SendSignal) -> Iterator[Finding]:
    meant = meant_by(whole.workflows, step)
    if not meant or any(step.signal in other.signals for other in meant):
        return
    other = meant[0]
    taken = [model.name for model in other.signals]
    yield Finding(
        "SIGNAL002",
        f"{other.id} {other.name} doesn't take `{step.signal.name}`",
        at(step, workflow.file),
        did_you_mean(step.signal.name, taken, "it takes") or "take it there in an `await` or under `meanwhile:`",
        related=(Related(whole.spec_of(other).workflow.span, "this workflow has the id"),),
    )
