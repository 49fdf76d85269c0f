"""EVENT003: an event that comes from workflows and starts one is emitted by some workflow."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler.rules.base import Whole, whole_rule
from cityos_dsl.diagnostics import Finding, Related, Severity


@whole_rule(
    "EVENT003",
    "An event that nothing emits",
    "The event's type says `source: workflow`, and no workflow has an `emit:` of it: what it starts never starts.",
    bad="# specs/events.yaml: order.packed: {source: workflow, ...}\ntrigger: {event: order.packed}",
    good="# in another workflow\n- emit: order.packed\n  with: {order_id: input.order_id}",
    severity=Severity.WARNING,
)
def check(whole: Whole) -> Iterator[Finding]:
    """Compare what starts workflows with what workflows emit."""
    if not whole.is_sound:
        return
    emitted = {event for outline in whole.outlines for event in outline.emits}
    for outline in whole.outlines:
        for wanted in {wanted.event: wanted for wanted in outline.wants}.values():
            if wanted.source is not None and wanted.event not in emitted:
                yield Finding(
                    "EVENT003",
                    f"`{wanted.event}` comes from a workflow, and none emits it",
                    outline.trigger,
                    "emit it where it happens, or correct its `source:`",
                    related=(Related(wanted.source, "said here"),),
                )
