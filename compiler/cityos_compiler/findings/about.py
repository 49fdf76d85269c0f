"""What a code says about itself: one literal, from which `explain`, the reference pages and SARIF are made."""

from __future__ import annotations

from dataclasses import dataclass

from cityos_dsl.diagnostics import Severity

#: The first version; a code added later says its own.
FIRST = "0.1.0"


@dataclass(frozen=True)
class About:
    """A code's title, its explanation, and a wrong and a right example."""

    code: str
    title: str
    explanation: str
    bad: str
    good: str
    severity: Severity = Severity.ERROR
    since: str = FIRST
