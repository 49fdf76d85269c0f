"""DATA006: a sent signal carries what its contract declares."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler.rules.base import One, one_rule
from cityos_dsl.diagnostics import Finding


@one_rule(
    "DATA006",
    "A signal carries data above its class",
    "A signal's contract says of each field of which class it is; the workflow that takes it relies on that.",
    bad="- signal: customer.noticed\n  to: tenant:{tenant_id}:...\n  with: {customer_id: input.passport_number}",
    good="- signal: customer.noticed\n  to: tenant:{tenant_id}:...\n  with: {customer_id: input.customer_id}",
)
def check(one: One) -> Iterator[Finding]:
    """Look at the payloads of `signal`."""
    from cityos_compiler.dataflow.told import told

    yield from told(
        "DATA006",
        "signal",
        one.flowing.leaks,
        "leave it out, or send mask(...) or hash(...) of it; where the other workflow has need of "
        "it, declare the class in the signal's payload",
    )
