"""What may be written at a place: keys, step words, names of the project, members in expressions."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from lsprotocol import types as lsp

from cityos_compiler.formatting.kinds import keys_of
from cityos_compiler.formatting.order import order_of
from cityos_compiler.lsp.described import operation_summary
from cityos_compiler.lsp.document import Document
from cityos_compiler.lsp.hover import key_text
from cityos_compiler.lsp.outline import Place, place_at
from cityos_compiler.lsp.scope import expected_at, members, names_at, split_path
from cityos_dsl.expr import types as t
from cityos_dsl.expr.signatures import FUNCTIONS
from cityos_dsl.fields import PRIMITIVES
from cityos_dsl.project import Project
from cityos_dsl.spec import documents as d
from cityos_dsl.spec import steps as s

_Kind = lsp.CompletionItemKind
Items = Iterator[lsp.CompletionItem]


def completion(document: Document, line: int, column: int) -> list[lsp.CompletionItem]:
    """What may stand at a place."""
    place = place_at(document.lines, line, column)
    found = _value(document, place, line, column) if place.key is not None else _key(document, place)
    unique = {item.label: item for item in found}
    return list(unique.values())


def _item(label: str, kind: lsp.CompletionItemKind, detail: str | None = None, **more: Any) -> lsp.CompletionItem:
    return lsp.CompletionItem(label, kind=kind, detail=detail, **more)


def _key(document: Document, place: Place) -> Items:
    """Keys of a map, words of a step, or names where a map has names as its keys."""
    kind = place.kind(document.file)
    owner, under = place.under(document.file)
    if kind is s.Step:
        for word in s.STEP_KINDS:
            bare = word in s.BARE_WORDS
            about = (s.STEP_KINDS[word].__doc__ or "").split("\n")[0]
            yield _item(word, _Kind.Keyword, about, insert_text=word if bare else f"{word}: ")
    declared = keys_of(kind)
    for number, written in enumerate(order_of(kind)):
        if written not in place.siblings:
            about_key = lsp.MarkupContent(lsp.MarkupKind.Markdown, key_text(declared[written]))
            yield _item(written, _Kind.Property, declared[written].about.text, documentation=about_key,
                        insert_text=f"{written}: ", sort_text=f"{number:03}")  # fmt: skip
    if not declared:
        listed = bool(place.path) and place.path[-1].key == "-"
        for name, detail in _keys_of_names(document, place, owner, under):
            if name not in place.siblings:
                yield _item(name, _Kind.Field, detail, insert_text=name if listed else f"{name}: ")


def _keys_of_names(document: Document, place: Place, owner: Any, under: str) -> Iterable[tuple[str, str]]:
    project = document.session.project
    if under in ("signals", "meanwhile", "receives") and isinstance(owner, type):
        return _NAMES["signal"](project)
    if under == "catch":
        return _NAMES["error"](project)
    if under == "queries" and owner is d.Workflow:
        return _NAMES["query"](project)
    if under == "with":
        return _inputs(project, place)
    if under == "set":
        seen = document.session.seen(document.file)
        return [(name, t.show(kind)) for name, kind in (seen[-1].env.state if seen else {}).items()]
    query = project.queries.get(under)
    return [(f.name, t.show(f.type)) for f in query.result.fields] if query is not None else []


def _inputs(project: Project, place: Place) -> Iterable[tuple[str, str]]:
    """What the step takes under `with:`; its word's value stands in the lines of the document."""
    owner = next(around for around in reversed(place.path) if around.key != "-")
    target = {word: value.partition(" #")[0].strip() for word, value in owner.siblings.items()}
    operations = project.operations.get(target.get("do", "").rpartition(".")[2], [])
    for operation in operations:
        for decl in operation.input:
            yield decl.name, t.show(decl.full_type)
    signal, event = project.signal(target.get("signal", "")), project.events.get(target.get("emit", ""))
    for model in (signal, event):
        for field in model.payload.fields if model is not None else ():
            yield field.name, t.show(field.type)
    called = target.get("call", target.get("start", ""))
    for _, spec in project.workflows:
        if spec.workflow.text == called and spec.input is not None:
            for decl in project.reader().fields(spec.input, called):
                yield decl.name, t.show(decl.full_type)


def _value(document: Document, place: Place, line: int, column: int) -> Items:
    """Words, names of the project, types, or an expression."""
    about = place.declared(document.file)
    if about is not None and about.about.words:
        yield from (_item(word, _Kind.EnumMember) for word in about.about.words)
        return
    kind = place.kind(document.file)
    name = _named_by(kind, place.key or "")
    if name == "step":
        yield from (_item(step, _Kind.Function) for step in _steps(document))
    elif name is not None:
        for label, detail in _NAMES[name](document.session.project):
            yield _item(label, _Kind.Reference, detail)
    elif _is_type(document, place):
        types = [*PRIMITIVES, *document.session.project.types]
        yield from (_item(each, _Kind.Class) for each in types)
    elif about is None or about.written not in _PROSE:
        yield from _expression(document, place, line, column)


def _named_by(kind: Any, key: str) -> str | None:
    if kind is d.Workflow and key == "workflow":
        return None
    return _VALUES.get(key) if isinstance(kind, type) else None


def _is_type(document: Document, place: Place) -> bool:
    owner, under = place.under(document.file)
    if place.key == "type" and keys_of(place.kind(document.file)) == {}:
        return True
    fields = {"input", "payload", "fields", "output", "result"}
    return isinstance(owner, type) and under in fields and not issubclass(owner, s.Step) and owner is not d.Trigger


def _expression(document: Document, place: Place, line: int, column: int) -> Items:
    path, _ = split_path(place.prefix)
    names = names_at(document, line, column)
    if path:
        for field in members(names, path):
            yield _item(field.name, _Kind.Field, t.show(field.type))
        return
    expected = expected_at(document, line, column)
    if isinstance(expected, t.EnumType):
        yield from (_item(member, _Kind.EnumMember, t.show(expected)) for member in expected.members)
    for name, kind in names.items():
        yield _item(name, _Kind.Variable, t.show(kind))
    for function in FUNCTIONS:
        yield _item(function, _Kind.Function, "function")


def _steps(document: Document) -> list[str]:
    from cityos_compiler.lsp.lookup import names

    return [each.name.text for each in names(document) if each.name.kind == "step" and each.defines]


def _operations(project: Project) -> Iterable[tuple[str, str]]:
    for name, found in project.operations.items():
        if len(found) == 1:
            yield name.partition(":")[0], operation_summary(found[0])
        else:
            yield from ((f"{each.system}.{each.name}", operation_summary(each)) for each in found)


_NAMES: dict[str, Callable[[Project], Iterable[tuple[str, str]]]] = {
    "operation": _operations,
    "signal": lambda project: [
        (name, model.contract.summary.text if model.contract.summary else "") for name, model in project.signals.items()
    ],
    "event": lambda project: [
        (name, model.spec.summary.text if model.spec.summary else "") for name, model in project.events.items()
    ],
    "error": lambda project: [
        *((name, error.summary.text if error.summary else "") for name, error in project.errors.items()),
        *((name, ", ".join(classes)) for name, classes in project.groups.items()),
    ],
    "workflow": lambda project: [(spec.workflow.text, spec.summary.text) for _, spec in project.workflows],
    "query": lambda project: [(name, t.show(model.result)) for name, model in project.queries.items()],
}
_VALUES = {
    "do": "operation", "compensate": "operation", "over": "operation", "event": "event", "emit": "event",
    "call": "workflow", "start": "workflow", "fail": "error", "error": "error", "signal": "signal",
    "leave": "step", "next": "step", "undo": "step",
}  # fmt: skip
_PROSE = ("summary", "id", "workflow", "task_queue", "workflow_id", "no_undo", "message", "await", "sleep", "group")
