"""DATA005: an emitted event carries what its contract declares."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler.rules.base import One, one_rule
from cityos_dsl.diagnostics import Finding


@one_rule(
    "DATA005",
    "An event carries data above its class",
    "An event goes to whoever listens, and everyone may keep it. Its contract says field by field what it "
    "carries; a field without class is internal.",
    bad="- emit: vendor.onboarded\n  with: {vendor_id: input.bank_details.iban}",
    good="- emit: vendor.onboarded\n  with: {vendor_id: input.vendor_id}",
)
def check(one: One) -> Iterator[Finding]:
    """Look at the payloads of `emit`."""
    from cityos_compiler.dataflow.told import told

    yield from told(
        "DATA005",
        "event",
        one.flowing.leaks,
        "leave it out, or send mask(...) or hash(...) of it; where all who listen have need of "
        "it, declare the class in the event's payload",
    )
