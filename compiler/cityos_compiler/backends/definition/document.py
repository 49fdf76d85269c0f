"""The document of a workflow: all that its run needs to know, in one piece."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from cityos_compiler import ir
from cityos_compiler.backends.definition import steps
from cityos_compiler.backends.definition.blocks import block, meanwhile
from cityos_compiler.backends.definition.operations import operation_data
from cityos_compiler.backends.definition.types import Types
from cityos_compiler.backends.definition.writing import Writing
from cityos_compiler.backends.python.generate import homes_of
from cityos_compiler.backends.python.workflow_module import carries, entity_of, stored_results
from cityos_dsl.expr import types as t
from cityos_dsl.fields import record
from cityos_dsl.project import Project

FORMAT = 1
"""The version of the format; an interpreter refuses one that it doesn't know."""


class Definitions:
    """The documents of a project's workflows."""

    def __init__(self, project: Project, workflows: Iterable[ir.Workflow]) -> None:
        steps.load()
        self.project = project
        self.workflows = {workflow.name: workflow for workflow in workflows}
        self._homes = homes_of(project, list(self.workflows.values()))

    def of(self, name: str) -> dict[str, Any]:
        """The document of the workflow of that name, as plain data."""
        return self.traced(name)[0]

    def traced(self, name: str) -> tuple[dict[str, Any], Writing]:
        """The same, with what it was written with: which step each part comes from, and which operations it calls."""
        workflow = self.workflows[name]
        outputs = {each.output.name: each.output for each in self.workflows.values()}
        signals = {model.payload.name: model.name for model in self.project.signals.values()}
        types = Types(self._homes, outputs, signals)
        writing = Writing(self.project, workflow, self.workflows, types)
        document = {**_facts(writing), **_data(writing), **_course(writing)}
        # Operations name others, which answer for them: they are taken in until no new one is named.
        described: dict[str, Any] = {}
        while missing := writing.operations.keys() - described.keys():
            for key in sorted(missing):
                described[key] = operation_data(writing, writing.operations[key])
        return {**document, "operations": described, "types": types.named}, writing


def _facts(w: Writing) -> dict[str, Any]:
    workflow = w.workflow
    return {
        "format": FORMAT,
        "id": workflow.id,
        "type": workflow.name,
        "summary": workflow.summary,
        "task_queue": workflow.task_queue,
        "workflow_id": workflow.workflow_id,
        "ir": ir.digest(workflow),
        "entity": entity_of(workflow),
        "compensation": workflow.compensation,
        "within": w.maybe(workflow.within),
        "receives": [[address.signal, address.field, address.path] for address in workflow.receives],
        "steps": [step.name for step in ir.walk(workflow.steps) if step.name],
        "signals": {
            model.name: {"payload": w.types.use(model.payload.name), "aliases": list(model.aliases)}
            for model in workflow.signals
        },
    }


def _data(w: Writing) -> dict[str, Any]:
    workflow, base = w.workflow, w.workflow.name.removesuffix("Workflow")
    stored = stored_results(workflow)
    return {
        "input": w.types.inline(record(base + "Input", workflow.input)),
        "output": w.types.use(workflow.output.name),
        "state": [_variable(w, local) for local in workflow.state],
        "constants": [
            [constant.name, w.expression(constant.init)] for constant in workflow.constants if constant.init is not None
        ],
        "results": [name for name, _ in workflow.results],
        "done": [[name, w.types.of(kind)] for name, kind in workflow.results if name in stored],
        "carries": carries(workflow),
    }


def _variable(w: Writing, local: ir.Local) -> dict[str, Any]:
    missing = local.init is None and not isinstance(local.type, t.OptionalType)
    kind = t.OptionalType(local.type) if missing else local.type
    return {"name": local.name, "type": w.types.of(kind), "init": w.maybe(local.init)}


def _course(w: Writing) -> dict[str, Any]:
    workflow = w.workflow
    return {
        "require": [
            {
                "if": w.maybe(requirement.condition),
                "that": w.expression(requirement.that),
                "message": "the input must have: " + requirement.that.text,
            }
            for requirement in workflow.require
        ],
        "meanwhile": meanwhile(w, workflow.meanwhile),
        "flow": block(w, workflow.steps),
        "last": block(w, workflow.last),
        "queries": {query.model.name: _projection(w, query) for query in workflow.queries},
    }


def _projection(w: Writing, query: ir.Query) -> list[list[Any]]:
    """A query's fields; one that isn't written is filled by name from the input, else null."""
    given, inputs = dict(query.fields), {decl.name for decl in w.workflow.input}
    entries: list[list[Any]] = []
    for f in query.model.result.fields:
        otherwise = f"input.{f.name}" if f.name in inputs else "null"
        entries.append([f.name, w.value(given[f.name], f.type) if f.name in given else otherwise])
    return entries
