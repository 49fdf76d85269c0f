"""A project in parts: what is found in each workflow by itself, and around them.

A part is a function of what it gets to see: a workflow sees its own spec, the specs of those workflows that it has to
know (:meth:`Heads.reach`), and of what is around all of them what it asks for, which is noted (:class:`Watched`). So a
part can be kept for as long as all that stays, and a check that keeps parts finds what one finds that doesn't.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from cityos_compiler import ir
from cityos_compiler.dataflow.city import Followed
from cityos_compiler.heads import Head, Heads
from cityos_compiler.lowering.bindings import check_bindings
from cityos_compiler.lowering.completions import check_completions
from cityos_compiler.lowering.models import check_models
from cityos_compiler.lowering.workflow import lower_workflow
from cityos_compiler.outline import Outline, outline_of
from cityos_compiler.rules import One, of_around, of_one
from cityos_dsl.diagnostics import Finding
from cityos_dsl.expr import types as t
from cityos_dsl.project import Project
from cityos_dsl.reading import ReadSpec
from cityos_dsl.source import Scalar
from cityos_dsl.spec import documents as d

Findings = tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class Part:
    """What was found in one workflow, and what others see of it."""

    read: Findings
    head: Head | None = None
    """None where it can't be read."""
    lowered: Findings = ()
    outline: Outline | None = None
    """None where it can't be lowered."""
    of_rules: Findings = ()


@dataclass(frozen=True, slots=True)
class Around:
    """What was found in everything but the workflows, and what is said there of them."""

    read: Findings
    resolved: Findings
    checked: Findings
    of_rules: Findings
    starts: Mapping[str, tuple[Scalar, ...]]
    """By event: the workflows that its `starts:` names."""
    lint: d.Lint | None


#: The tables of a project of which a workflow sees no more than the entries that it asks for.
TABLES = ("types", "signals", "queries", "events", "operations")
NAMES = "*"
"""What is asked of a table by those who look at all its names."""
Asked = set[tuple[str, str]]


class Watched(Mapping[str, Any]):
    """A table that notes which of its entries somebody asked for, be they there or not."""

    def __init__(self, table: str, entries: Mapping[str, Any], asked: Asked) -> None:
        self._table = table
        self._entries = entries
        self._asked = asked

    def __getitem__(self, name: str) -> Any:
        self._asked.add((self._table, name))
        return self._entries[name]

    def __contains__(self, name: object) -> bool:
        self._asked.add((self._table, str(name)))
        return name in self._entries

    def __iter__(self) -> Iterator[str]:
        self._asked.add((self._table, NAMES))
        return iter(self._entries)

    def __len__(self) -> int:
        self._asked.add((self._table, NAMES))
        return len(self._entries)


def around_of(project: Project, specs: Iterable[ReadSpec]) -> Around:
    """What is found in the specs around the workflows, and in what they resolve to."""
    starts = {
        event.name: (*(event.spec.starts.first_of or ()), *(event.spec.starts.beside or ()))
        for event in project.events.values()
        if event.spec.starts is not None
    }
    return Around(
        read=tuple(finding for spec in specs for finding in spec.findings),
        resolved=tuple(project.findings),
        checked=(*check_bindings(project), *check_models(project), *check_completions(project)),
        of_rules=tuple(of_around(project)),
        starts=starts,
        lint=project.city.lint if project.city is not None else None,
    )


class Workflows:
    """The workflows of a project, each lowered and checked by itself when somebody asks for it.

    One that calls another is lowered after it, since it knows its output.
    """

    def __init__(self, around: Project, heads: Heads, read: Callable[[str], ReadSpec]) -> None:
        self.heads = heads
        self._around = around
        self._read = read
        self._open: set[str] = set()
        self._done: dict[str, tuple[ir.Workflow | None, list[Finding]]] = {}
        self._views: dict[str, Project] = {}
        self.asked: dict[str, Asked] = {}
        """By file: what a workflow asked of what is around it."""
        self._by_file = {head.file: head for head in heads.all}
        self._followed = Followed(self._called, self.view)

    def part(self, head: Head) -> Part:
        """What is found in one workflow."""
        workflow, lowered = self.lowered(head)
        read = self._read(head.file).findings
        if workflow is None:
            return Part(read, head, tuple(lowered))
        view = self.view(head.file)
        found = of_one(One(workflow, view, self._followed))
        return Part(read, head, tuple(lowered), outline_of(workflow, view), tuple(found))

    def lowered(self, head: Head) -> tuple[ir.Workflow | None, list[Finding]]:
        """A workflow with all that is wrong with it; None in its place where that is too much."""
        self.output_of(head.name.text)
        return self._done[head.file]

    def output_of(self, name: str) -> t.Type | None:
        """What a workflow gives; None where it is being lowered, since it calls itself then."""
        if name in self._open:
            return None
        self._open.add(name)
        outputs: list[t.Type] = []
        for head in self.heads.named(name):
            if head.file not in self._done:
                self._done[head.file] = self.lower(head)
            workflow = self._done[head.file][0]
            outputs.append(workflow.output if workflow is not None else t.ANY)
        self._open.discard(name)
        return outputs[0] if outputs else None

    def lower(self, head: Head) -> tuple[ir.Workflow | None, list[Finding]]:
        """Lower one workflow, those that it calls being known."""
        return lower_workflow(self.view(head.file), head.file, self.spec(head.file), self.output_of)

    def spec(self, file: str) -> d.Workflow:
        """The spec of a workflow that has a head."""
        document = self._read(file).document
        assert isinstance(document, d.Workflow), file
        return document

    def view(self, file: str) -> Project:
        """What a workflow gets to see of the project, with the findings of its own file."""
        if file not in self._views:
            reach = self.heads.reach(self._by_file[file])
            asked = self.asked.setdefault(file, set())
            tables: dict[str, Any] = {name: Watched(name, getattr(self._around, name), asked) for name in TABLES}
            self._views[file] = replace(
                self._around,
                **tables,
                names=reach.names,
                workflows=[(each, self.spec(each)) for each in reach.files],
                systems={},
                models=[],
                texts={},
                findings=list(self._read(file).findings),
            )
        return self._views[file]

    def forget(self, file: str) -> None:
        """Let go of a workflow that nobody asks for any more."""
        self._done.pop(file, None)
        self._views.pop(file, None)
        self._followed.forget(file)

    def _called(self, name: str) -> ir.Workflow | None:
        """A workflow by its name: of several the last one."""
        known = [self._done[head.file][0] for head in self.heads.named(name) if head.file in self._done]
        return next((workflow for workflow in reversed(known) if workflow is not None), None)
