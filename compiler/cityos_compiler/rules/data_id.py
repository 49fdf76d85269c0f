"""DATA004: ids and keys carry nothing confidential."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler.rules.base import One, one_rule
from cityos_dsl.diagnostics import Finding


@one_rule(
    "DATA004",
    "An id or key carries confidential data",
    "The id of another workflow and the key of a step stand in headers, lists, links and logs. They are "
    "of the class internal.",
    bad="- do: chargeFee\n  key: input.iban",
    good="- do: chargeFee\n  key: hash(input.iban)",
)
def check(one: One) -> Iterator[Finding]:
    """Look at `key:`, and at what fills the id that a signal is sent to."""
    from cityos_compiler.dataflow.told import told

    yield from told(
        "DATA004",
        "id",
        one.flowing.leaks,
        "use an identifier that says nothing about the person, or hash(...) of it",
    )
