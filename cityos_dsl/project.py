"""A folder of specs as one resolved project."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from cityos_dsl.diagnostics import Finding, Related, Span
from cityos_dsl.models import owned_models
from cityos_dsl.reading import ReadSpec, read_specs
from cityos_dsl.resolved import EventModel, OperationModel, Project, QueryModel, SignalModel
from cityos_dsl.resolving.messages import names_taken, resolve_events, resolve_queries, resolve_signals
from cityos_dsl.resolving.systems import resolve_system, whole_systems
from cityos_dsl.resolving.types import resolve_errors, resolve_types
from cityos_dsl.spec import documents as d

__all__ = [
    "EventModel",
    "OperationModel",
    "Project",
    "QueryModel",
    "SignalModel",
    "assemble",
    "load",
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
    project = replace(around, workflows=workflows, texts=texts, findings=[*read, *around.findings])
    _unique(project)
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
    return project


def _unique(project: Project) -> None:
    """A workflow's id and name stand for one workflow."""
    seen: dict[str, Span] = {}
    for _, workflow in project.workflows:
        for scalar in (workflow.id, workflow.workflow):
            if scalar.text in seen:
                project.findings.append(
                    Finding(
                        "NAME010",
                        f"`{scalar.text}` is another workflow already",
                        scalar.span,
                        related=(Related(seen[scalar.text], "the other one"),),
                    )
                )
            seen[scalar.text] = scalar.span
