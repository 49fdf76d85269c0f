"""FLOW012: a `switch` over an enumeration says what happens with every member."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler.rules.base import One, one_rule
from cityos_dsl.diagnostics import Finding


@one_rule(
    "FLOW012",
    "A `switch` that leaves members out",
    "A member without a case passes by silently, and so will every member that is added later. Where nothing is to be "
    "done, the case says so: `tap: []`, or `default: []` for all the others.",
    bad="- switch: input.gateway        # stripe | tap\n  cases: {stripe: [...]}",
    good="- switch: input.gateway\n  cases: {stripe: [...], tap: []}",
)
def check(one: One) -> Iterator[Finding]:
    """Look for values without a case."""
    for step in {id(case.step): case.step for case in one.known.left_out}.values():
        missing = [case.value for case in one.known.left_out if case.step is step]
        yield Finding(
            "FLOW012",
            f"nothing is said for {' and '.join(f'`{value}`' for value in missing)}",
            step.on.source.span,
            f"add a case, such as {missing[0]}: [], or `default: []`",
        )
