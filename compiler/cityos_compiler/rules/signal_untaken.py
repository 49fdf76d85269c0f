"""SIGNAL002: a signal that a workflow sends is taken by the workflow that it goes to."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler.outline import Sent
from cityos_compiler.rules.base import Whole, whole_rule
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
    for outline in whole.outlines:
        for step in outline.sends:
            yield from _sent(whole, step)


def _sent(whole: Whole, step: Sent) -> Iterator[Finding]:
    meant = whole.meant.by(step.to)
    if not meant or any(taken.signal == step.signal for other in meant for taken in other.takes):
        return
    other = meant[0]
    taken = [each.signal for each in other.takes]
    yield Finding(
        "SIGNAL002",
        f"{other.id} {other.name} doesn't take `{step.signal}`",
        step.place,
        did_you_mean(step.signal, taken, "it takes") or "take it there in an `await` or under `meanwhile:`",
        related=(Related(other.place, "this workflow has the id"),),
    )
