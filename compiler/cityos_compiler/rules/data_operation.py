"""DATA002: an operation takes a value of its class."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler.rules.base import One, one_rule
from cityos_dsl.diagnostics import Finding


@one_rule(
    "DATA002",
    "Data goes to an operation that does not take it",
    "The class of a value is at most the class of the input that takes it: what an operation takes as "
    "internal may be logged, shown and kept. A system that has need of confidential or restricted data "
    "(architecture §7.1) says so at the input; templates of notifications have no need of it.",
    bad="- do: sendNotice\n  with: {text: input.iban}            # iban: {class: restricted}",
    good="- do: sendNotice\n  with: {text: mask(input.iban)}",
)
def check(one: One) -> Iterator[Finding]:
    """Look at what the inputs of operations and of compensations take."""
    from cityos_compiler.dataflow.told import told

    yield from told(
        "DATA002",
        "operation",
        one.flowing.leaks,
        "leave it out, or pass mask(...) or hash(...) of it; where the system has need of it, "
        "declare the class at the operation's input",
    )
