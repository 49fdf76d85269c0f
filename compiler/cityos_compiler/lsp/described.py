"""What names stand for, in words: operations, signals, events, types, errors, workflows, queries."""

from __future__ import annotations

from collections.abc import Iterable

from cityos_compiler.lsp.names import Name
from cityos_dsl.expr import types as t
from cityos_dsl.fields import FieldDecl
from cityos_dsl.project import OperationModel, Project
from cityos_dsl.source import Scalar


def described(project: Project, name: Name) -> str | None:
    """A name of the project in Markdown; None where it has no description."""
    describe = {
        "operation": _operations, "signal": _signal, "event": _event, "error": _error, "type": _type,
        "workflow": _workflow, "query": _query,
    }.get(name.kind)  # fmt: skip
    return describe(project, name.text) if describe is not None else None


def operation_summary(operation: OperationModel) -> str:
    """An operation in one line."""
    return _text(operation.spec.summary) or f"an operation of {operation.system}"


def _operations(project: Project, name: str) -> str | None:
    found = [
        operation
        for key in (name, *(f"{name}:{variant}" for variant in project.variants.get(name, [])))
        for operation in project.operations.get(key, [])
    ]
    return "\n\n---\n\n".join(_operation(operation) for operation in found) or None


def _operation(operation: OperationModel) -> str:
    timeout = f", {operation.spec.timeout.text} for one attempt" if operation.spec.timeout else ""
    return "\n\n".join(
        [
            f"**{operation.system}.{operation.name}** ({operation.effect}{timeout})",
            operation_summary(operation),
            _fields("takes", ((f.name + "?" * f.optional, f.type) for f in operation.input)),
            _outcome(operation.output),
        ]
    )


def _outcome(output: t.Type) -> str:
    if isinstance(output, t.RecordType):
        return _fields("gives", _of(output))
    return f"gives {t.show(output)}"


def _signal(project: Project, name: str) -> str | None:
    model = project.signal(name)
    if model is None:
        return None
    also = f" (also {', '.join(model.aliases)})" if model.aliases else ""
    return _about(f"signal **{model.name}**{also}", model.contract.summary, _fields("carries", _of(model.payload)))


def _event(project: Project, name: str) -> str | None:
    model = project.events.get(name)
    if model is None:
        return None
    return _about(f"event **{name}**", model.spec.summary, _fields("carries", _of(model.payload)))


def _error(project: Project, name: str) -> str | None:
    if name in project.groups:
        return f"errors **{name}**\n\n{', '.join(project.groups[name])}"
    found = project.errors.get(name)
    if found is None:
        return None
    outcome = f", outcome {found.outcome.text}" if found.outcome else ""
    retried = "retried" if found.retryable.text == "true" else "not retried"
    return _about(f"error **{name}** (HTTP {found.http.text}, {retried}{outcome})", found.summary)


def _type(project: Project, name: str) -> str | None:
    kind = project.types.get(name)
    if isinstance(kind, t.RecordType):
        return f"type **{name}**\n\n{_fields('has', _of(kind))}"
    return f"type **{name}**\n\n{' | '.join(kind.members)}" if isinstance(kind, t.EnumType) else None


def _workflow(project: Project, name: str) -> str | None:
    spec = next((spec for _, spec in project.workflows if spec.workflow.text == name), None)
    if spec is None:
        return None
    fields: Iterable[FieldDecl] = project.reader().fields(spec.input, name) if spec.input is not None else ()
    taken = _fields("takes", ((f.name + "?" * f.optional, f.type) for f in fields))
    return _about(f"workflow **{name}** ({spec.id.text})", spec.summary, taken)


def _query(project: Project, name: str) -> str | None:
    model = project.queries.get(name)
    return f"query **{name}**\n\n{_fields('answers', _of(model.result))}" if model is not None else None


def _about(title: str, summary: Scalar | None, *more: str) -> str:
    return "\n\n".join([title, *([summary.text] if summary is not None else []), *more])


def _of(record: t.RecordType) -> Iterable[tuple[str, t.Type]]:
    return ((field.name, field.type) for field in record.fields)


def _fields(word: str, fields: Iterable[tuple[str, t.Type]]) -> str:
    lines = [f"- `{name}`: {t.show(kind)}" for name, kind in fields]
    return "\n".join([f"{word}", "", *lines]) if lines else f"{word} nothing"


def _text(scalar: Scalar | None) -> str:
    return scalar.text if scalar is not None else ""
