"""FLOW011: every case of a `switch` can come."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler.flow.knowing import shown
from cityos_compiler.rules.base import One, one_rule
from cityos_dsl.diagnostics import Finding


@one_rule(
    "FLOW011",
    "A case that can't come",
    "The value can't be this one here, because an earlier condition has ruled it out; or every value has its case, and "
    "`default:` is never taken.",
    bad="- switch: input.gateway        # stripe | tap\n  cases: {stripe: [...], tap: [...]}\n  default: [...]",
    good="- switch: input.gateway\n  cases: {stripe: [...], tap: [...]}",
)
def check(one: One) -> Iterator[Finding]:
    """Compare the cases with what the value may be."""
    for case in one.known.never:
        if case.possible is None:
            message = f"every value of `{case.step.on.text}` has its case: `default:` is never taken"
        else:
            message = f"`{case.step.on.text}` can't be `{case.value}` here: it is {shown(case.possible)}"
        yield Finding("FLOW011", message, case.span, "leave it out")
