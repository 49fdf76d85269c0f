"""What a rule is: its code, texts and checks in one place.

`rule` declares a check of one workflow, `one_rule` one that asks for what several rules ask, `whole_rule` a check of
all workflows together, `around_rule` one of everything else. Each takes the fields of :class:`About`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Set
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TYPE_CHECKING, ParamSpec, TypeAlias, TypeVar

from cityos_compiler import ir
from cityos_compiler.findings.about import About
from cityos_dsl.diagnostics import Finding, Span
from cityos_dsl.project import Project
from cityos_dsl.source import Mapping as YamlMapping
from cityos_dsl.source import Node, Scalar, Sequence
from cityos_dsl.spec import documents as d

if TYPE_CHECKING:
    from cityos_compiler.dataflow.city import Followed
    from cityos_compiler.dataflow.workflow import Flowing
    from cityos_compiler.flow.addressed import Meant
    from cityos_compiler.flow.knowing import Knowing
    from cityos_compiler.heads import Head
    from cityos_compiler.outline import Outline

P = ParamSpec("P")
F = TypeVar("F")


@dataclass(frozen=True, kw_only=True)
class Rule(About):
    """A rule: what its code means, and its checks."""

    around: AroundCheck | None = None
    """Looks at everything but the workflows."""
    each: OneCheck | None = None
    """Looks at one workflow, and sees no more of the project than `heads.view` leaves of it."""
    whole: WholeCheck | None = None
    """Looks at all workflows together, each as its outline."""


@dataclass(frozen=True, eq=False)
class One:
    """A workflow, and what several rules ask of it."""

    workflow: ir.Workflow
    project: Project
    followed: Followed

    @cached_property
    def flowing(self) -> Flowing:
        """Where its values flow."""
        return self.followed.of(self.workflow)

    @cached_property
    def known(self) -> Knowing:
        """What is known at its steps."""
        from cityos_compiler.flow.knowing import Knowing

        return Knowing(self.workflow, frozenset(self.project.zones)).walk()


@dataclass(frozen=True, eq=False)
class Whole:
    """All workflows of a project: each by its head and, where it could be lowered, its outline."""

    heads: tuple[Head, ...]
    outlines: tuple[Outline, ...]
    starts: Mapping[str, tuple[Scalar, ...]]
    """By event: the workflows that its `starts:` names."""
    is_sound: bool
    """Whether everything could be read: what is missing otherwise has its own finding."""

    @cached_property
    def meant(self) -> Meant:
        """Which workflows signals are meant for."""
        from cityos_compiler.flow.addressed import Meant

        return Meant(self.outlines)


Check: TypeAlias = Callable[[ir.Workflow, Project], Iterator[Finding]]
OneCheck: TypeAlias = Callable[[One], Iterator[Finding]]
WholeCheck: TypeAlias = Callable[[Whole], Iterator[Finding]]
AroundCheck: TypeAlias = Callable[[Project], Iterator[Finding]]


RULES: dict[str, Rule] = {}
INTERNAL = "INTERNAL001"
_CITY = "specs/cityos.yaml"


def _declared(about: Callable[P, About], made: Callable[[About, F], Rule]) -> Callable[P, Callable[[F], F]]:
    def declare(*texts: P.args, **more: P.kwargs) -> Callable[[F], F]:
        said = about(*texts, **more)

        def register(check: F) -> F:
            RULES[said.code] = made(said, check)
            return check

        return register

    return declare


def _rule(about: About, *, around: AroundCheck | None = None, each: OneCheck | None = None,
          whole: WholeCheck | None = None) -> Rule:  # fmt: skip
    return Rule(**vars(about), around=around, each=each, whole=whole)


def _of_workflow(about: About, check: Check) -> Rule:
    return _of_one(about, lambda one: check(one.workflow, one.project))


def _of_one(about: About, check: OneCheck) -> Rule:
    return _rule(about, each=lambda one: guarded(about.code, check(one), one.workflow.file))


def _of_whole(about: About, check: WholeCheck) -> Rule:
    return _rule(about, whole=lambda whole: guarded(about.code, check(whole), _CITY))


def _of_around(about: About, check: AroundCheck) -> Rule:
    return _rule(about, around=lambda project: guarded(about.code, check(project), _CITY))


rule = _declared(About, _of_workflow)
one_rule = _declared(About, _of_one)
whole_rule = _declared(About, _of_whole)
around_rule = _declared(About, _of_around)


def around_too(code: str) -> Callable[[AroundCheck], AroundCheck]:
    """Declare that a rule looks at what is around the workflows as well."""

    def register(check: AroundCheck) -> AroundCheck:
        RULES[code] = replace(RULES[code], around=lambda project: guarded(code, check(project), _CITY))
        return check

    return register


def whole_too(code: str) -> Callable[[WholeCheck], WholeCheck]:
    """Declare that a rule looks at all workflows together as well."""

    def register(check: WholeCheck) -> WholeCheck:
        RULES[code] = replace(RULES[code], whole=lambda whole: guarded(code, check(whole), _CITY))
        return check

    return register


def guarded(code: str, findings: Iterator[Finding], file: str) -> Iterator[Finding]:
    """A rule's findings; one that fails is a finding itself, and hides no other."""
    try:
        yield from findings
    except Exception as error:  # a mistake of ours, whichever it is, must not end the user's run
        message = f"the rule {code} failed with {type(error).__name__}: {error}"
        yield Finding(INTERNAL, message, Span(file, 1, 1, 1, 2), "a mistake of cityosc: please report it")


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
        inner = found.get(key) if isinstance(found, YamlMapping) else None
        if inner is None:
            break
        found, place = inner, inner.span
    return place


def _holding(node: Node, place: Span) -> YamlMapping | None:
    """The map of which a value stands at a place."""
    match node:
        case YamlMapping():
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
        case YamlMapping():
            for key, value in node:
                yield key
                yield from _keys(value)
        case Sequence():
            for item in node.items:
                yield from _keys(item)
