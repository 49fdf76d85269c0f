"""The names that scenarios use: an expectation about what doesn't exist could never fail."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from collections.abc import Mapping as MappingOf
from dataclasses import dataclass

from cityos_compiler import ir
from cityos_dsl.diagnostics import Finding, did_you_mean
from cityos_dsl.project import Project
from cityos_dsl.source import Mapping, Node, Scalar, Sequence

ANY_MORE = "..."
"""In a sequence, what stands between."""


@dataclass(frozen=True)
class Names:
    """What a project has, by kind; an operation's variants are called `name:variant`."""

    project: Project
    workflows: MappingOf[str, ir.Workflow]

    @property
    def operations(self) -> Collection[str]:
        """The operations, as calls are counted."""
        return self.project.operations.keys()

    def of_file(self, node: Mapping) -> Iterator[Finding]:
        """All names of one file of scenarios."""
        workflow = node.get("workflow")
        yield from _unknown("workflow", workflow, self.workflows)
        runs = self._run_by(workflow.text) if isinstance(workflow, Scalar) else frozenset()
        yield from self._world(node.get("world"))
        scenarios = node.get("scenarios")
        for _, scenario in scenarios if isinstance(scenarios, Mapping) else ():
            if isinstance(scenario, Mapping):
                yield from self._world(scenario.get("world"))
                yield from self._actions(scenario.get("then do"))
                yield from self._expected(scenario.get("expect"), runs)

    def _world(self, node: Node | None) -> Iterator[Finding]:
        for key, value in node if isinstance(node, Mapping) else ():
            bare = key.text.removesuffix(".lookup")
            yield from _unknown("operation", key, {key.text} if bare in self.operations else self.operations)
            for entry in value.items if isinstance(value, Sequence) else (value,):
                if isinstance(entry, Mapping):
                    yield from _unknown("error class", entry.get("fails"), self.project.errors)

    def _actions(self, node: Node | None) -> Iterator[Finding]:
        project = self.project
        kinds: dict[str, Collection[str]] = {
            "signal": {*project.signals, *project.aliases},
            "event": {*project.events, *(alias for event in project.events.values() for alias in event.aliases),
                      *project.signals, *project.aliases},
            "query": {*project.queries, "getWorkflowStatus"},
        }  # fmt: skip
        for action in node.items if isinstance(node, Sequence) else ():
            if isinstance(action, Mapping):
                for kind, known in kinds.items():
                    yield from _unknown(kind, action.get(kind), known)

    def _run_by(self, workflow: str) -> frozenset[str]:
        """The operations that a workflow may run, with those of the workflows that it starts."""
        found: set[str] = set()
        seen: set[str] = set()
        ahead = [workflow] if workflow in self.workflows else []
        while ahead:
            name = ahead.pop()
            seen.add(name)
            for step in ir.all_steps(self.workflows[name]):
                found |= _operations(step)
                if isinstance(step, ir.Child) and step.workflow in self.workflows and step.workflow not in seen:
                    ahead.append(step.workflow)
        return frozenset(found)

    def _expected(self, node: Node | None, runs: frozenset[str]) -> Iterator[Finding]:
        for key, value in node if isinstance(node, Mapping) else ():
            named = _NAMING.get(key.text)
            if named is not None:
                for scalar in named(value):
                    yield from self._operation(scalar, runs)
            elif key.text == "emitted":
                for scalar in _listed(value):
                    yield from _unknown("event", scalar, self.project.events)
            elif key.text == "fails":
                yield from _unknown("error class", value, self.project.errors)
            elif isinstance(value, Mapping) and value.get("with") is not None:
                yield from self._operation(key, runs)

    def _operation(self, scalar: Scalar, runs: frozenset[str]) -> Iterator[Finding]:
        """An operation that exists, and that the workflow runs somewhere: else nothing could ever be said of it."""
        if scalar.text == ANY_MORE:
            return
        if scalar.text in self.operations and runs and scalar.text not in runs:
            message = f"the workflow never runs `{scalar.text}`"
            yield Finding("TEST001", message, scalar.span, did_you_mean(scalar.text, runs, "it runs"))
        else:
            yield from _unknown("operation", scalar, runs if scalar.text not in self.operations else self.operations)


def _operations(step: ir.Step) -> set[str]:
    found = set()
    if isinstance(step, ir.Do):
        completes = step.operation.spec.completes
        asked = completes.else_ if completes is not None else None
        found = {step.operation.name, *([asked.text] if asked is not None else [])}
    undo = getattr(step, "undo", None)
    return found | ({undo.operation.name} if undo is not None else set())


def _listed(node: Node) -> Iterable[Scalar]:
    return [item for item in node.items if isinstance(item, Scalar)] if isinstance(node, Sequence) else ()


def _keys(node: Node) -> Iterable[Scalar]:
    return [key for key, _ in node] if isinstance(node, Mapping) else ()


_NAMING: dict[str, Callable[[Node], Iterable[Scalar]]] = {
    "ran": _listed, "not_ran": _listed, "undone": _listed, "not_undone": _listed, "calls": _keys, "keys": _keys,
}  # fmt: skip


def _unknown(what: str, scalar: Node | None, known: Collection[str]) -> Iterator[Finding]:
    if isinstance(scalar, Scalar) and scalar.text not in known:
        message = f"there is no {what} `{scalar.text}`"
        yield Finding("TEST001", message, scalar.span, did_you_mean(scalar.text, known))
