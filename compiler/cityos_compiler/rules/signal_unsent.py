"""SIGNAL003: a signal that a workflow waits for is sent by somebody."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler.outline import FROM_WORKFLOWS
from cityos_compiler.rules.base import Whole, around_too, whole_rule
from cityos_dsl.diagnostics import Finding, Related, did_you_mean
from cityos_dsl.project import Project

SENDERS = (FROM_WORKFLOWS, "operator")


@whole_rule(
    "SIGNAL003",
    "A signal that nobody sends",
    "A signal's contract says with `source:` who sends it: a system, which tells us by its webhook, a `workflow`, or "
    "an `operator`. Where it is a workflow, one of them has a `signal:` step that sends it; else who waits for it "
    "waits in vain. Without `source:` it comes from outside.",
    bad="# specs/signals: escrow.released: {source: workflow, ...}\n- await: awaitRelease\n"
    "  signals: {escrow.released: []}       # no workflow sends it",
    good="# in another workflow\n- signal: escrow.released\n  to: tenant:{tenant_id}:escrow:{escrow_id}:holding",
)
def check(whole: Whole) -> Iterator[Finding]:
    """Compare what workflows take with what workflows send."""
    if not whole.is_sound:
        return
    sent = {step.signal for outline in whole.outlines for step in outline.sends}
    for outline in whole.outlines:
        for taken in outline.takes:
            if taken.place is not None and taken.contract is not None and taken.signal not in sent:
                yield Finding(
                    "SIGNAL003",
                    f"`{taken.signal}` comes from a workflow, and none sends it",
                    taken.place,
                    "send it with a `signal:` step, or correct its `source:`",
                    related=(Related(taken.contract, "its contract"),),
                )


@around_too("SIGNAL003")
def check_sources(project: Project) -> Iterator[Finding]:
    """A source is a system or one of two words."""
    for model in project.signals.values():
        source = model.contract.source
        if source is not None and source.text not in SENDERS and source.text not in project.systems:
            known = [*SENDERS, *project.systems]
            yield Finding("SIGNAL003", f"`{source.text}` is neither a system nor workflow nor operator", source.span,
                          did_you_mean(source.text, known))  # fmt: skip
