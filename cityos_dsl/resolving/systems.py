"""Systems and their operations."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from typing import TypeVar

from cityos_dsl.diagnostics import Finding, Related, did_you_mean
from cityos_dsl.expr import types as t
from cityos_dsl.fields import camel, record
from cityos_dsl.resolved import OperationModel, Project
from cityos_dsl.source import Scalar
from cityos_dsl.spec import documents as d
from cityos_dsl.variants import variant_name, varied

T = TypeVar("T")


def whole_systems(project: Project, documents: list[object]) -> list[d.System]:
    """Each system with the operations that stand in files of their own; no name may stand twice."""
    whole = {doc.system.text: doc for doc in documents if isinstance(doc, d.System)}
    for part in (doc for doc in documents if isinstance(doc, d.Operations)):
        system = whole.get(part.system.text)
        if system is None and f"specs/systems/{part.system.text}.yaml" in project.texts:
            continue  # its own file has a finding already
        if system is None:
            message = f"there is no system `{part.system.text}`"
            project.findings.append(
                Finding("NAME017", message, part.system.span, did_you_mean(part.system.text, whole))
            )
            continue
        providers = dict(system.providers or {})
        for name, added in (part.providers or {}).items():
            _add_to_provider(project, providers, name, added)
        operations = _joined(project, system.operations, part.operations)
        whole[part.system.text] = replace(system, operations=operations, providers=providers or None)
    return list(whole.values())


def _add_to_provider(
    project: Project, providers: dict[Scalar, d.Provider], name: Scalar, added: d.ProviderOperations
) -> None:
    known = next((key for key in providers if key.text == name.text), None)
    if known is None:
        names = [key.text for key in providers]
        message = f"there is no provider `{name.text}`"
        project.findings.append(Finding("NAME017", message, name.span, did_you_mean(name.text, names)))
        return
    provider = providers[known]
    providers[known] = replace(provider, operations=_joined(project, provider.operations, added.operations))


def _joined(project: Project, known: dict[Scalar, T], added: dict[Scalar, T]) -> dict[Scalar, T]:
    places = {name.text: name.span for name in known}
    for name in added:
        if name.text in places:
            message = f"`{name.text}` is an operation of this system already"
            related = (Related(places[name.text], "the other one"),)
            project.findings.append(Finding("NAME018", message, name.span, related=related))
    return {**known, **{name: value for name, value in added.items() if name.text not in places}}


def resolve_system(project: Project, doc: d.System) -> None:
    """A system's operations, each with its inputs and output typed."""
    reader = project.reader()
    project.systems[doc.system.text] = doc
    alone, ways = without_operations(doc), _ways(doc)
    for name, text, spec in _spelt_out(project, doc):
        owner = camel(text)
        inputs = reader.fields(spec.input, owner + "Input") if spec.input is not None else ()
        output: t.Type
        if spec.output is None:
            output = t.RecordType(owner + "Output", ())
        elif isinstance(spec.output, Scalar):
            output = reader.named(spec.output.text, spec.output)
        else:
            output = record(owner + "Output", reader.fields(spec.output, owner))
        model = OperationModel(
            text,
            doc.system.text,
            doc.task_queue.text,
            inputs,
            output,
            spec,
            speaking(alone, ways.get(text, {})),
            name.span,
        )
        others = project.operations.setdefault(text, [])
        project.findings += _taken(model, others)
        others.append(model)
    project.findings += reader.findings


def _taken(model: OperationModel, others: Iterable[OperationModel]) -> Iterator[Finding]:
    """A worker runs all systems of its queue, and tells operations by their names alone."""
    for other in others:
        if other.system != model.system and other.task_queue == model.task_queue:
            message = (
                f"`{model.name}` is an operation of `{other.system}` already, on the same queue `{model.task_queue}`"
            )
            yield Finding("NAME018", message, model.span, "give it another name, or its system a queue of its own",
                          related=(Related(other.span, "the other one"),))  # fmt: skip
            return


def without_operations(system: d.System) -> d.System:
    """What a system says besides its operations."""
    providers = {name: replace(one, operations={}) for name, one in (system.providers or {}).items()}
    return replace(system, operations={}, providers=providers or None)


def speaking(system: d.System, ways: Mapping[str, dict[Scalar, d.Binding]]) -> d.System:
    """A system without operations, with how its providers speak one of them."""
    if not system.providers:
        return system
    providers = {name: replace(one, operations=ways.get(name.text, {})) for name, one in system.providers.items()}
    return replace(system, providers=providers)


def _ways(system: d.System) -> dict[str, dict[str, dict[Scalar, d.Binding]]]:
    """By operation and provider: how it is spoken."""
    found: dict[str, dict[str, dict[Scalar, d.Binding]]] = {}
    for name, provider in (system.providers or {}).items():
        for key, binding in provider.operations.items():
            found.setdefault(key.text, {})[name.text] = {key: binding}
    return found


def _spelt_out(project: Project, doc: d.System) -> Iterator[tuple[Scalar, str, d.Operation]]:
    """The operations of a system, each variant as one of its own: where it is written, its name, what it says."""
    for name, spec in doc.operations.items():
        if spec.variants is None:
            yield name, name.text, spec
            continue
        project.variants[name.text] = [key.text for key in spec.variants]
        for key, variant in spec.variants.items():
            yield key, variant_name(name.text, key.text), varied(spec, variant)
