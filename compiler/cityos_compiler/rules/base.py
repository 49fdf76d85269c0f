"""What a rule is: its code, texts and check in one place."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Set
from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING, TypeAlias

from cityos_compiler import ir
from cityos_compiler.findings.about import FIRST, About
from cityos_dsl.diagnostics import Finding, Severity, Span
from cityos_dsl.project import Project
from cityos_dsl.source import Mapping, Node, Scalar, Sequence
from cityos_dsl.spec import documents as d

if TYPE_CHECKING:
    from cityos_compiler.dataflow.city import Followed
    from cityos_compiler.flow.knowing import Knowing


@dataclass(frozen=True, kw_only=True)
class Rule(About):
    """A rule over lowered workflows: what its code means, and the check."""

    run: Callable[[Whole], Iterator[Finding]]
    alone: bool
    """Whether it looks at one workflow at a time, and at no more of the others than their heads."""


@dataclass(frozen=True, eq=False)
class Whole:
    """All workflows of a project, and what several rules ask of them together."""

    workflows: tuple[ir.Workflow, ...]
    project: Project

    @cached_property
    def followed(self) -> Followed:
        """Where values flow."""
        from cityos_compiler.dataflow.city import follow

        return follow(self.workflows, self.project)

    @cached_property
    def is_sound(self) -> bool:
        """Whether everything could be read: what is missing otherwise has its own finding."""
        return not self.project.findings and len(self.workflows) == len(self.project.workflows)

    def spec_of(self, workflow: ir.Workflow) -> d.Workflow:
        """The spec that a workflow was lowered from."""
        return spec_of(workflow, self.project)

    @cached_property
    def zones(self) -> frozenset[str]:
        """The residency zones of the project, and those that its systems list."""
        node = self.project.city.zones if self.project.city is not None else None
        own = {key.text for key, _ in node} if isinstance(node, Mapping) else set()
        listed = {zone.text for system in self.project.systems.values() for zone in system.zones or ()}
        return frozenset(own | listed)

    @cached_property
    def known(self) -> dict[ir.Workflow, Knowing]:
        """What is known at the steps of each workflow."""
        from cityos_compiler.flow.knowing import Knowing

        return {workflow: Knowing(workflow, self.zones).walk() for workflow in self.workflows}


Check: TypeAlias = Callable[[ir.Workflow, Project], Iterator[Finding]]
WholeCheck: TypeAlias = Callable[[Whole], Iterator[Finding]]


RULES: dict[str, Rule] = {}
INTERNAL = "INTERNAL001"


def rule(
    code: str,
    title: str,
    explanation: str,
    *,
    bad: str,
    good: str,
    severity: Severity = Severity.ERROR,
    since: str = FIRST,
) -> Callable[[Check], Check]:
    """Register a check of one workflow as a rule.

    Args:
        code: its stable code, such as ``SAGA001``.
        title: what is wrong, in a few words.
        explanation: why that is wrong and what to do, for an architect.
        bad: a few lines of YAML that the rule refuses.
        good: the same lines, mended.
        severity: how much its findings weigh where the project says nothing else.
        since: the version that first had it.
    """

    def register(check: Check) -> Check:
        def run(whole: Whole) -> Iterator[Finding]:
            for workflow in whole.workflows:
                yield from guarded(code, check(workflow, whole.project), workflow.file)

        _register(Rule(code=code, title=title, explanation=explanation, bad=bad, good=good, severity=severity,
                       since=since, run=run, alone=True))  # fmt: skip
        return check

    return register


def whole_rule(
    code: str,
    title: str,
    explanation: str,
    *,
    bad: str,
    good: str,
    severity: Severity = Severity.ERROR,
    since: str = FIRST,
) -> Callable[[WholeCheck], WholeCheck]:
    """Register a check of all workflows together as a rule; the arguments are those of :func:`rule`."""

    def register(check: WholeCheck) -> WholeCheck:
        def run(whole: Whole) -> Iterator[Finding]:
            yield from guarded(code, check(whole), "specs/cityos.yaml")

        _register(Rule(code=code, title=title, explanation=explanation, bad=bad, good=good, severity=severity,
                       since=since, run=run, alone=False))  # fmt: skip
        return check

    return register


def guarded(code: str, findings: Iterator[Finding], file: str) -> Iterator[Finding]:
    """A rule's findings; one that fails is a finding itself, and hides no other."""
    try:
        yield from findings
    except Exception as error:  # a mistake of ours, whichever it is, must not end the user's run
        message = f"the rule {code} failed with {type(error).__name__}: {error}"
        yield Finding(INTERNAL, message, Span(file, 1, 1, 1, 2), "a mistake of cityosc: please report it")


def _register(one: Rule) -> None:
    RULES[one.code] = one


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


def said(workflow: ir.Workflow, project: Project, step: ir.Step, *path: str) -> Span:
    """Where a step says something, the value under a key of it; the step itself where it doesn't."""
    place = at(step, workflow.file)
    found: Node | None = _holding(spec_of(workflow, project).node, place)
    for key in path:
        inner = found.get(key) if isinstance(found, Mapping) else None
        if inner is None:
            break
        found, place = inner, inner.span
    return place


def _holding(node: Node, place: Span) -> Mapping | None:
    """The map of which a value stands at a place."""
    match node:
        case Mapping():
            if any(isinstance(value, Scalar) and value.span == place for _, value in node):
                return node
            inner: tuple[Node, ...] = tuple(value for _, value in node)
        case Sequence():
            inner = node.items
        case _:
            return None
    return next((found for found in (_holding(each, place) for each in inner) if found is not None), None)


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
