"""FLOW010: a condition can come out either way."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler.flow.knowing import Decided, shown
from cityos_compiler.rules.base import Whole, whole_rule
from cityos_dsl.diagnostics import Finding, Related


@whole_rule(
    "FLOW010",
    "A condition that is decided already",
    "A condition that always holds is no condition, and one that never holds makes its branch one that is never taken. "
    "Either what stands there is meant otherwise (another name, another member), or the branch can go. What is known "
    "comes from the `if`s around it, from those before it that ended the flow, from `switch` and from `set`.",
    bad="- if: input.gateway == stripe\n  then:\n    - do: notifyTap\n      if: input.gateway == tap",
    good="- do: notifyTap\n  if: input.gateway == tap",
)
def check(whole: Whole) -> Iterator[Finding]:
    """Look at what is known where each condition is asked."""
    for known in whole.known.values():
        for one in known.decided:
            yield Finding(
                "FLOW010",
                f"this {'always holds' if one.always else 'never holds'}{_why(one)}",
                one.expr.source.span,
                "leave the condition out" if one.always else "leave it out with what it guards, or correct it",
                related=tuple(
                    Related(fact.span, f"here it becomes known that `{path}` is {shown(fact.values)}")
                    for path, fact in one.facts
                    if fact.span is not None
                ),
            )


def _why(one: Decided) -> str:
    told = [f"`{path}` is {shown(fact.values)} here" for path, fact in one.facts]
    return ": " + ", ".join(told) if told else ""
