"""EVENT003: an event that comes from workflows and starts one is emitted by some workflow."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.rules.base import Whole, top, whole_rule
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
    emitted = {s.event for w in whole.workflows for s in ir.all_steps(w) if isinstance(s, ir.Emit)}
    for workflow in whole.workflows:
        for name in dict.fromkeys(trigger.event for trigger in workflow.triggers if trigger.event is not None):
            source = whole.project.events[name].spec.source
            if source is not None and source.text == "workflow" and name not in emitted:
                yield Finding(
                    "EVENT003",
                    f"`{name}` comes from a workflow, and none emits it",
                    top(workflow, whole.project, "trigger"),
                    "emit it where it happens, or correct its `source:`",
                    related=(Related(source.span, "said here"),),
                )
