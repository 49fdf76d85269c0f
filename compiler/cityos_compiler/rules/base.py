"""What a rule is: its code, texts and check in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from cityos_compiler import ir
from cityos_dsl.diagnostics import Finding, Severity, Span
from cityos_dsl.project import Project


@dataclass(frozen=True)
class Rule:
    """A rule over one lowered workflow."""

    code: str
    title: str
    text: str
    bad: str
    good: str
    check: Callable[[ir.Workflow, Project], Iterator[Finding]]
    severity: Severity = Severity.ERROR


RULES: dict[str, Rule] = {}


def rule(
    code: str, title: str, text: str, *, bad: str, good: str, severity: Severity = Severity.ERROR
) -> Callable[
    [Callable[[ir.Workflow, Project], Iterator[Finding]]], Callable[[ir.Workflow, Project], Iterator[Finding]]
]:
    """Register a check as a rule."""

    def register(
        check: Callable[[ir.Workflow, Project], Iterator[Finding]],
    ) -> Callable[[ir.Workflow, Project], Iterator[Finding]]:
        RULES[code] = Rule(code, title, text, bad, good, check, severity)
        return check

    return register


def at(step: ir.Step, fallback: str) -> Span:
    """Where a step stands."""
    return step.span or Span(fallback, 1, 1, 1, 2)
