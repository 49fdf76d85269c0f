"""DATA003: summaries and messages carry nothing confidential."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler.rules.base import One, one_rule
from cityos_dsl.diagnostics import Finding


@one_rule(
    "DATA003",
    "A summary or message carries confidential data",
    "A step's summary is shown in Temporal's user interface and in logs, to everyone who operates the "
    "city: internal data at most. The message of a failure is kept as confidential, so restricted data "
    "has no place there either.",
    bad="- do: verifyIdentity\n  summary: Check ${ input.passport_number }",
    good="- do: verifyIdentity\n  summary: Check ${ mask(input.passport_number) }",
)
def check(one: One) -> Iterator[Finding]:
    """Look at the expressions in summaries and in the messages of `fail`."""
    from cityos_compiler.dataflow.told import told

    yield from told(
        "DATA003",
        "text",
        one.flowing.leaks,
        "leave it out, or show mask(...) of it",
    )
