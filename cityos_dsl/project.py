"""A folder of specs as one resolved project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from pathlib import Path

from cityos_dsl.diagnostics import Finding, Related, Span
from cityos_dsl.models import owned_models
from cityos_dsl.reading import ReadSpec, read_specs
from cityos_dsl.resolved import EventModel, OperationModel, Project, QueryModel, SignalModel
from cityos_dsl.resolving.messages import names_taken, resolve_events, resolve_queries, resolve_signals
from cityos_dsl.resolving.systems import resolve_system, whole_systems
from cityos_dsl.resolving.types import resolve_errors, resolve_types
from cityos_dsl.source import Mapping, Scalar
from cityos_dsl.spec import documents as d

__all__ = [
    "EventModel",
    "OperationModel",
    "Project",
    "QueryModel",
    "SignalModel",
    "assemble",
    "load",
    "named_twice",
    "surroundings_of",
]


def load(root: Path) -> Project:
    """Read all specs below ``root/specs`` and resolve what refers to what. Never raises on a user's error."""
    return assemble(root, read_specs(root))


def assemble(root: Path, specs: Iterable[ReadSpec], surroundings: Project | None = None) -> Project:
    """The project of specs that were read; ``surroundings``, where given, are what its other specs resolve to."""
    specs = list(specs)
    around = surroundings or surroundings_of(root, specs)
    read = [finding for spec in specs for finding in spec.findings]
    workflows = [(spec.file, spec.document) for spec in specs if isinstance(spec.document, d.Workflow)]
    workflows.sort(key=lambda item: item[1].id.text)
    texts = {spec.file: spec.text for spec in specs if spec.text is not None}
    names = tuple(workflow.workflow.text for _, workflow in workflows)
    project = replace(around, names=names, workflows=workflows, texts=texts, findings=[*read, *around.findings])
    project.findings += named_twice((workflow.id, workflow.workflow) for _, workflow in workflows)
    return project


def surroundings_of(root: Path, specs: Iterable[ReadSpec]) -> Project:
    """Everything of a project but its workflows, resolved in the order in which things refer to each other."""
    specs = [spec for spec in specs if not spec.is_workflow]
    project = Project(root, texts={spec.file: spec.text for spec in specs if spec.text is not None})
    documents = [spec.document for spec in specs if spec.document is not None]
    resolve_types(project, [doc for doc in documents if isinstance(doc, d.Types)])
    for doc in documents:
        if isinstance(doc, d.City):
            project.city = doc
        elif isinstance(doc, d.Errors):
            resolve_errors(project, doc)
        elif isinstance(doc, d.Signals):
            resolve_signals(project, doc)
    for doc in documents:
        if isinstance(doc, d.Queries):
            resolve_queries(project, doc)
        elif isinstance(doc, d.Events):
            resolve_events(project, doc)
    project.findings += names_taken(project)
    for system in whole_systems(project, documents):
        resolve_system(project, system)
    project.models = owned_models(doc for doc in documents if isinstance(doc, d.Models))
    project.zones = _zones(project)
    return project


def _zones(project: Project) -> tuple[str, ...]:
    node = project.city.zones if project.city is not None else None
    own = {key.text for key, _ in node} if isinstance(node, Mapping) else set()
    return tuple(sorted(own | {zone.text for system in project.systems.values() for zone in system.zones or ()}))


def named_twice(names: Iterable[tuple[Scalar, Scalar]]) -> Iterator[Finding]:
    """The ids and names of workflows, in their order, that stand for another workflow already."""
    seen: dict[str, Span] = {}
    for scalar in (each for pair in names for each in pair):
        if scalar.text in seen:
            related = (Related(seen[scalar.text], "the other one"),)
            yield Finding("NAME010", f"`{scalar.text}` is another workflow already", scalar.span, related=related)
        seen[scalar.text] = scalar.span
