"""What a rule is: its code, texts and check in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cityos_compiler import ir
from cityos_compiler.findings.about import FIRST, About
from cityos_dsl.diagnostics import Finding, Severity, Span
from cityos_dsl.project import Project


@dataclass(frozen=True, kw_only=True)
class Rule(About):
    """A rule over one lowered workflow: what its code means, and the check."""

    check: Callable[[ir.Workflow, Project], Iterator[Finding]]


RULES: dict[str, Rule] = {}


def rule(
    code: str,
    title: str,
    explanation: str,
    *,
    bad: str,
    good: str,
    severity: Severity = Severity.ERROR,
    since: str = FIRST,
) -> Callable[
    [Callable[[ir.Workflow, Project], Iterator[Finding]]], Callable[[ir.Workflow, Project], Iterator[Finding]]
]:
    """Register a check as a rule.

    Args:
        code: its stable code, such as ``SAGA001``.
        title: what is wrong, in a few words.
        explanation: why that is wrong and what to do, for an architect.
        bad: a few lines of YAML that the rule refuses.
        good: the same lines, mended.
        severity: how much its findings weigh where the project says nothing else.
        since: the version that first had it.
    """

    def register(
        check: Callable[[ir.Workflow, Project], Iterator[Finding]],
    ) -> Callable[[ir.Workflow, Project], Iterator[Finding]]:
        RULES[code] = Rule(
            code=code,
            title=title,
            explanation=explanation,
            bad=bad,
            good=good,
            severity=severity,
            since=since,
            check=check,
        )
        return check

    return register


def at(step: ir.Step, fallback: str) -> Span:
    """Where a step stands."""
    return step.span or Span(fallback, 1, 1, 1, 2)
