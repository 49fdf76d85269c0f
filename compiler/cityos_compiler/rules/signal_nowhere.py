"""SIGNAL004: a signal goes to an id that some workflow has."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler.rules.base import Whole, whole_rule
from cityos_dsl.diagnostics import Finding, Severity, did_you_mean


@whole_rule(
    "SIGNAL004",
    "A signal to an id that no workflow has",
    "The id under `to:` follows the pattern of no workflow here, neither its own `workflow_id:` nor one under which it "
    "is called or started. The signal is missing every time.",
    bad="- signal: customer.noticed\n  to: tenant:{tenant_id}:customer:{customer_id}:remainder",
    good="- signal: customer.noticed\n  to: tenant:{tenant_id}:customer:{customer_id}:reminder",
    severity=Severity.WARNING,
)
def check(whole: Whole) -> Iterator[Finding]:
    """Look for the workflows that a signal may reach."""
    if not whole.is_sound:
        return
    for outline in whole.outlines:
        for step in outline.sends:
            if not whole.meant.by(step.to):
                taking = [
                    other.workflow_id
                    for other in whole.outlines
                    if any(taken.signal == step.signal for taken in other.takes)
                ]
                yield Finding(
                    "SIGNAL004",
                    f"`{step.signal}` goes to `{step.to}`, and no workflow has such an id",
                    step.place,
                    did_you_mean(step.to, taking, "it is taken by"),
                )
