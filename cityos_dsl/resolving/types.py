"""Named types, and error classes with their groups."""

from __future__ import annotations

from collections.abc import Iterable

from cityos_dsl.diagnostics import Finding
from cityos_dsl.expr import types as t
from cityos_dsl.fields import TypeReader, record
from cityos_dsl.resolved import Project
from cityos_dsl.resolving.names import refuse_second
from cityos_dsl.source import Scalar
from cityos_dsl.spec import documents as d


def resolve_types(project: Project, documents: Iterable[d.Types]) -> None:
    """Named types may use each other in any order; one that contains itself is an error."""
    declared: dict[str, tuple[Scalar, d.TypeDeclaration]] = {}
    for doc in documents:
        for key, decl in doc.types.items():
            if key.text in declared:
                refuse_second(project, "type", key, declared[key.text][0].span)
            else:
                declared[key.text] = (key, decl)
    open_names: list[str] = []

    def resolve(name: str) -> t.Type | None:
        if name in project.types or name not in declared:
            return project.types.get(name)
        key, decl = declared[name]
        if name in open_names:
            project.findings.append(Finding("TYPE006", f"`{name}` contains itself", key.span))
            return t.ANY
        open_names.append(name)
        if decl.enum is not None:
            project.types[name] = t.EnumType(tuple(member.text for member in decl.enum), name)
        elif decl.fields is not None:
            reader = TypeReader(resolve, lambda: declared)
            project.types[name] = record(name, reader.fields(decl.fields, name))
            project.findings += reader.findings
        open_names.pop()
        return project.types.get(name)

    for name in declared:
        resolve(name)


def resolve_errors(project: Project, doc: d.Errors) -> None:
    """Error classes and groups of them."""
    project.errors |= {name.text: error for name, error in doc.errors.items()}
    project.groups |= {
        name.text: tuple(member.text for member in members) for name, members in (doc.groups or {}).items()
    }
