"""DATA007: a query answers with what its contract declares."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler.rules.base import One, one_rule
from cityos_dsl.diagnostics import Finding


@one_rule(
    "DATA007",
    "A query shows data above its class",
    "A query is answered to everyone who may ask it. Its contract says of each field of which class it "
    "is, and who asks is told no more than that.",
    bad="queries:\n  getPaymentStatus:\n    last_error: input.card_number",
    good="queries:\n  getPaymentStatus:\n    last_error: mask(input.card_number)",
)
def check(one: One) -> Iterator[Finding]:
    """Look at the fields of `queries:`."""
    from cityos_compiler.dataflow.told import told

    yield from told(
        "DATA007",
        "query",
        one.flowing.leaks,
        "leave it out, or show mask(...) of it; where those who ask have need of it, declare the "
        "class in the query's result",
    )
