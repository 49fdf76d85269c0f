"""What a rule is: its code, texts and check in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass

from cityos_compiler import ir
from cityos_compiler.findings.about import FIRST, About
from cityos_dsl.diagnostics import Finding, Severity, Span
from cityos_dsl.project import Project
from cityos_dsl.source import Mapping, Node, Scalar, Sequence
from cityos_dsl.spec import documents as d


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


def spec_of(workflow: ir.Workflow, project: Project) -> d.Workflow:
    """The spec that a workflow was lowered from."""
    return project.workflow_of(workflow.file)


def top(workflow: ir.Workflow, project: Project, key: str) -> Span:
    """Where a workflow says something at its top."""
    value = spec_of(workflow, project).node.get(key)
    return value.span if value is not None else Span(workflow.file, 1, 1, 1, 2)


def mention(workflow: ir.Workflow, project: Project, names: Set[str]) -> Span:
    """Where a workflow first has one of these names as a key: the branch of a signal, for example."""
    keys = _keys(spec_of(workflow, project).node)
    return next((key.span for key in keys if names & set(key.text.split(" or "))), Span(workflow.file, 1, 1, 1, 2))


def _keys(node: Node) -> Iterator[Scalar]:
    match node:
        case Mapping():
            for key, value in node:
                yield key
                yield from _keys(value)
        case Sequence():
            for item in node.items:
                yield from _keys(item)
