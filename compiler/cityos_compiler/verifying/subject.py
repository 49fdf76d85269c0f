"""A workflow under test: its definition with its steps watched, its inputs, and what its world may answer."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from cityos_runtime.interpreter.definition import Definition

from cityos_compiler import ir
from cityos_compiler.backends.definition.document import Definitions
from cityos_compiler.flow.raised import raised
from cityos_compiler.scenarios.model import Scenario, data
from cityos_compiler.verifying.reads import Reads
from cityos_compiler.verifying.values import example, is_of, others
from cityos_compiler.verifying.watched import watched_definition
from cityos_dsl.expr import types as t
from cityos_dsl.fields import record
from cityos_dsl.project import OperationModel, Project

MOST_VARIANTS = 8


@dataclass(frozen=True)
class Given:
    """What a run starts with."""

    input: dict[str, Any]
    tenant: str
    last_result: Any = None
    label: str = ""


@dataclass
class Subject:
    """Everything that runs of one workflow share."""

    workflow: ir.Workflow
    definition: Definition
    operations: Mapping[str, OperationModel]
    given: list[Given]
    signals: dict[str, list[dict[str, Any]]]
    """By a signal's name: the payloads that are tried."""
    named: frozenset[str]
    """The error classes that the workflow tells from others."""
    tenants: Mapping[str, Any]
    steps: Mapping[str, ir.Step]
    reads: Reads
    stands: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """By an operation's name: the statuses by which its step is told how something stands that completes later."""
    outputs: dict[tuple[str, str], list[Any]] = field(default_factory=dict)

    def answers(self, step: str, operation: str) -> list[Any]:
        """What an operation may answer a step: the usual, then one field otherwise at a time."""
        key = (step, operation)
        if key not in self.outputs:
            self.outputs[key] = self._answers(step, operation)
        return self.outputs[key]

    def _answers(self, step: str, operation: str) -> list[Any]:
        model = self.operations.get(operation)
        if model is None:
            return [{}]
        usual = data(model.spec.example) if model.spec.example is not None else example(model.output)
        return varied(self.reads, step, model.output, usual, self.stands.get(operation, ()))

    def errors(self, operation: str) -> list[str]:
        """The error classes by which a failure of an operation is told from others: those named, and one more."""
        model = self.operations.get(operation)
        possible = raised(model) if model is not None else frozenset({"ExternalAPIError"})
        told = sorted(possible & self.named)
        rest = sorted(possible - self.named)
        return told + (["ExternalAPIError"] if "ExternalAPIError" in rest else rest[:1])


def varied(reads: Reads, name: str, kind: t.Type, usual: Any, statuses: Sequence[str] = ()) -> list[Any]:
    """A value of a record, and the same with one field otherwise at a time: fields that expressions look at.

    ``statuses`` are values that the runtime itself looks for in the record's status.
    """
    found = [usual]
    if not isinstance(kind, t.RecordType) or not isinstance(usual, dict):
        return found
    found += [{**usual, "status": status} for status in statuses if status != usual.get("status")]
    for f in kind.fields:
        if f.name not in reads.fields.get(name, ()):
            continue
        asked = (value for value in reads.wanted.get(name, {}).get(f.name, []) if is_of(f.type, value))
        for value in [*others(f.type, usual.get(f.name)), *asked]:
            made = {**usual, f.name: _plain(value)}
            if (value is not None and made not in found) or (value is None and usual.get(f.name) is not None):
                found.append(made)
    return found[: MOST_VARIANTS + 1]


def _stands(operations: Mapping[str, OperationModel]) -> dict[str, list[str]]:
    """Of operations that complete later, and of those asked then: each status with a meaning, and one without."""
    found: dict[str, list[str]] = {}
    for model in operations.values():
        completes = model.spec.completes
        if completes is None:
            continue
        settled = [each.text for each in completes.settled or ()]
        if settled:
            found[model.name] = [settled[0], *_unnamed(model, settled)]
        if completes.else_ is not None and completes.else_.text in operations:
            asked = operations[completes.else_.text]
            told = [each.text for each in completes.statuses or ()]
            kept = found.setdefault(asked.name, [])
            kept += [each for each in [*told, *_unnamed(asked, told)] if each not in kept]
    return found


def _unnamed(model: OperationModel, statuses: Sequence[str]) -> list[str]:
    """A status of an operation's answer that is none of these."""
    kind = model.output
    of = next((f.type for f in kind.fields if f.name == "status"), None) if isinstance(kind, t.RecordType) else None
    members = of.members if isinstance(of, t.EnumType) else ("another",) if of == t.STRING else ()
    return [each for each in members if each not in statuses][:1]


def _plain(value: Any) -> Any:
    return value if isinstance(value, bool | int | list | dict) or value is None else str(value)


def subject_of(
    project: Project, definitions: Definitions, name: str, scenarios: list[Scenario], tenants: Mapping[str, Any]
) -> Subject:
    """Prepare a workflow."""
    workflow = definitions.workflows[name]
    document, writing = definitions.traced(name)
    reads = Reads(workflow)
    operations = {model.name: model for model in writing.operations.values()}
    signals = {}
    for model in workflow.signals:
        contract = model.contract
        usual = data(contract.example) if contract.example is not None else example(model.payload)
        signals[model.name] = varied(reads, "signal", model.payload, usual)
    return Subject(
        workflow,
        watched_definition(document, {id(written): step for written, step in writing.written}),
        operations,
        _given(workflow, scenarios, reads),
        signals,
        _named(workflow, project),
        tenants,
        {step.name: step for step in ir.all_steps(workflow) if step.name},
        reads,
        _stands(operations),
    )


def _given(workflow: ir.Workflow, scenarios: list[Scenario], reads: Reads) -> list[Given]:
    """The inputs of the workflow's scenarios, each once; made from its types where there are none."""
    found: list[Given] = []
    for each in scenarios:
        if each.workflow in (workflow.id, workflow.name):
            given = Given(each.input, each.tenant, each.last_result, each.name)
            if not any(
                (g.input, g.tenant, g.last_result) == (given.input, given.tenant, given.last_result) for g in found
            ):
                found.append(given)
    if not found:
        made = {decl.name: example(decl.full_type, tuple((k, s.text) for k, s in decl.options.items()))
                for decl in workflow.input if not decl.optional}  # fmt: skip
        found.append(Given(made, "t", None, "made from its types"))
    return found + _varied_inputs(workflow, reads, found[0])


def _varied_inputs(workflow: ir.Workflow, reads: Reads, usual: Given) -> list[Given]:
    """The first input with one field otherwise: fields that expressions look at."""
    kind = record(workflow.name.removesuffix("Workflow") + "Input", workflow.input)
    return [
        Given(each, usual.tenant, usual.last_result, f"{usual.label}, with another input")
        for each in varied(reads, "input", kind, usual.input)[1:]
    ]


def _named(workflow: ir.Workflow, project: Project) -> frozenset[str]:
    """The error classes that some `catch` or expression of the workflow speaks of."""
    names: set[str] = set()
    for step in ir.all_steps(workflow):
        for each in getattr(step, "catch", ()):
            names |= set(each.classes)
        for expression in ir.expressions(step):
            names |= {name for name in project.errors if name in expression.text}
    return frozenset(names)
