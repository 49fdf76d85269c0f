"""What is known of workflows before they are lowered: their heads, and which of the others each has to know."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property

from cityos_compiler.lowering.triggers import events_of
from cityos_dsl.diagnostics import Span
from cityos_dsl.source import Node, Scalar, Sequence
from cityos_dsl.spec import documents as d


@dataclass(frozen=True, slots=True)
class Head:
    """A workflow as it is known before it is lowered."""

    file: str
    id: Scalar
    name: Scalar
    place: Span
    events: tuple[str, ...]
    """The events that start it."""
    calls: tuple[str, ...]
    """What stands under `call:`: the names of workflows whose output it may use."""
    starts: tuple[str, ...]
    """What stands under `start:`."""


def head_of(file: str, spec: d.Workflow) -> Head:
    """The head of a workflow."""
    named = dict.fromkeys(_named(spec.node))
    calls, starts = (tuple(name for key, name in named if key == word) for word in ("call", "start"))
    return Head(file, spec.id, spec.workflow, spec.node.span, events_of(spec), calls, starts)


def _named(node: Node) -> Iterator[tuple[str, str]]:
    """Whatever stands under `call` or `start`, be it a step or not: too much rather than too little."""
    if isinstance(node, Scalar):
        return
    if isinstance(node, Sequence):
        for item in node.items:
            yield from _named(item)
        return
    for key, value in node:
        if key.text in ("call", "start") and isinstance(value, Scalar):
            yield key.text, value.text
        else:
            yield from _named(value)


@dataclass(frozen=True, slots=True)
class Reach:
    """The files of the workflows that one has to know, in their order, and the names that it may be told of."""

    files: tuple[str, ...]
    names: tuple[str, ...] = ()


class Heads:
    """The heads of all workflows of a project, in the order of their ids."""

    def __init__(self, heads: Iterable[Head]) -> None:
        self.all = sorted(heads, key=lambda head: head.id.text)
        self._named: dict[str, list[Head]] = {}
        for head in self.all:
            self._named.setdefault(head.name.text, []).append(head)
        self._order = {head.file: number for number, head in enumerate(self.all)}

    def named(self, name: str) -> list[Head]:
        """The workflows of a name; more than one has a finding."""
        return self._named.get(name, [])

    @cached_property
    def names(self) -> tuple[str, ...]:
        """The names of all workflows."""
        return tuple(head.name.text for head in self.all)

    def reach(self, head: Head) -> Reach:
        """What a workflow has to know of the others: those that it calls, with all they call, and those they start.

        One that names a workflow that isn't there is told which are. Where workflows wait for each other, it depends on
        the order of all of them in which one that is found.
        """
        if head.file in self._entangled:
            return Reach(tuple(self._order), self.names)
        known = {head.file}
        entered = {head.file}
        unknown = False
        waiting = [head]
        while waiting:
            here = waiting.pop()
            unknown = unknown or any(name not in self._named for name in (*here.calls, *here.starts))
            known.update(other.file for other in self._others(here.starts))
            for other in self._others(here.calls):
                known.add(other.file)
                if other.file not in entered:
                    entered.add(other.file)
                    waiting.append(other)
        return Reach(tuple(sorted(known, key=self._order.__getitem__)), self.names if unknown else ())

    def _others(self, names: Iterable[str]) -> Iterator[Head]:
        return (head for name in names for head in self.named(name))

    @cached_property
    def _entangled(self) -> frozenset[str]:
        """The files of workflows that call themselves, or one that does, at any distance."""
        left = {head.file: {other.file for other in self._others(head.calls)} for head in self.all if head.calls}
        while loose := [file for file, called in left.items() if not called & left.keys()]:
            for file in loose:
                del left[file]
        return frozenset(left)
