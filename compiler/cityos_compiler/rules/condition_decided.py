"""FLOW010: a condition can come out either way."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler.flow.knowing import Decided, shown
from cityos_compiler.rules.base import One, one_rule
from cityos_dsl.diagnostics import Finding, Related


@one_rule(
    "FLOW010",
    "A condition that is decided already",
    "A condition that always holds is no condition, and one that never holds makes its branch one that is never taken. "
    "Either what stands there is meant otherwise (another name, another member), or the branch can go. What is known "
    "comes from the `if`s around it, from those before it that ended the flow, from `switch` and from `set`.",
    bad="- if: input.gateway == stripe\n  then:\n    - do: notifyTap\n      if: input.gateway == tap",
    good="- do: notifyTap\n  if: input.gateway == tap",
)
def check(one: One) -> Iterator[Finding]:
    """Look at what is known where each condition is asked."""
    for decided in one.known.decided:
        yield Finding(
            "FLOW010",
            f"this {'always holds' if decided.always else 'never holds'}{_why(decided)}",
            decided.expr.source.span,
            "leave the condition out" if decided.always else "leave it out with what it guards, or correct it",
            related=tuple(
                Related(fact.span, f"here it becomes known that `{path}` is {shown(fact.values)}")
                for path, fact in decided.facts
                if fact.span is not None
            ),
        )


def _why(one: Decided) -> str:
    told = [f"`{path}` is {shown(fact.values)} here" for path, fact in one.facts]
    return ": " + ", ".join(told) if told else ""
