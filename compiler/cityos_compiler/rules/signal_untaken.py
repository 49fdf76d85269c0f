"""SIGNAL002: a signal that a workflow sends is taken by the workflow that it goes to."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cityos_compiler import ir
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


def _sent(whole: Whole, sender: ir.Workflow, step: ir.SendSignal) -> Iterator[Finding]:
    started = {s.workflow for w in whole.workflows for s in ir.all_steps(w)
               if isinstance(s, ir.Child) and fits(step.to, s.workflow_id)}  # fmt: skip
    meant = [one for one in whole.workflows if one.name in started or fits(step.to, one.workflow_id)]
    if any(step.signal in workflow.signals for workflow in meant):
        return
    place = at(step, sender.file)
    if not meant:
        taking = [workflow.workflow_id for workflow in whole.workflows if step.signal in workflow.signals]
        message = f"`{step.signal.name}` goes to `{step.to}`, and no workflow has such an id"
        yield Finding("SIGNAL002", message, place, did_you_mean(step.to, taking, "it is taken by"))
        return
    other = meant[0]
    taken = [model.name for model in other.signals]
    yield Finding(
        "SIGNAL002",
        f"{other.id} {other.name} doesn't take `{step.signal.name}`",
        place,
        did_you_mean(step.signal.name, taken, "it takes") or "take it there in an `await` or under `meanwhile:`",
        related=(Related(whole.spec_of(other).workflow.span, "this workflow has the id"),),
    )


def fits(to: str, pattern: str) -> bool:
    """Whether an id under `to:` may be one that a workflow's pattern makes."""
    ours, theirs = to.split(":"), pattern.split(":")
    return len(ours) == len(theirs) and all(
        one == other or re.search(r"\{\w+\}", one) or re.search(r"\{\w+\}", other)
        for one, other in zip(ours, theirs, strict=True)
    )
