"""Going from a name to where it is declared and used, and renaming it everywhere."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

from cityos_compiler.fixes.edits import edited
from cityos_compiler.lsp.document import Document
from cityos_compiler.lsp.expressions import names_in
from cityos_compiler.lsp.names import LOCAL, Name, Occurrence
from cityos_compiler.lsp.positions import covers
from cityos_compiler.lsp.written import written_names
from cityos_dsl.diagnostics import Edit, Span

RENAMED = ("step", "state", "local", "constant")
"""What can be renamed: what only its own file knows, and no generated interface shows."""


class Refused(Exception):
    """A rename that can't be made, and why."""


def names(document: Document) -> list[Occurrence]:
    """Every name in a document with its places."""
    root = document.root
    written = written_names(document.file, root, document.text) if root is not None else []
    if not written:
        return []
    return [*_set_where_declared(written), *names_in(document.session.seen(document.file), document.text)]


def _set_where_declared(written: list[Occurrence]) -> list[Occurrence]:
    """What `set:` assigns is state; where only a loop or group declares it, it is theirs."""
    declared = {(each.name.kind, each.name.text) for each in written if each.defines}
    return [
        replace(each, name=replace(each.name, kind="local"))
        if each.name.kind == "state" and ("state", each.name.text) not in declared
        and ("local", each.name.text) in declared
        else each
        for each in written
    ]  # fmt: skip


def name_at(document: Document, line: int, column: int) -> Occurrence | None:
    """The name at a place; of a step that is called as its operation is, the operation."""
    found = [each for each in names(document) if covers(each.span, line, column)]
    return min(found, key=lambda each: each.implied, default=None)


def occurrences(document: Document, name: Name) -> Iterator[Occurrence]:
    """Where a name stands: in its own file, or in the whole project."""
    wanted = {document.session.project.aliases.get(name.text, name.text), name.text}
    for file, text in document.session.project.texts.items():
        if name.file in ("", file) and name.text in text:
            for each in names(document.of(file)):
                if each.name.kind == name.kind and each.name.text in wanted and not each.implied:
                    yield each
    if name.kind == "step":
        yield from (each for each in names(document) if each.name == name and each.implied)


def definitions(document: Document, line: int, column: int) -> list[Span]:
    """Where the name at a place is declared."""
    found = name_at(document, line, column)
    return [each.span for each in occurrences(document, found.name) if each.defines] if found is not None else []


def references(document: Document, line: int, column: int, *, declared: bool) -> list[Span]:
    """Where the name at a place is used."""
    found = name_at(document, line, column)
    if found is None:
        return []
    spans = [each.span for each in occurrences(document, found.name) if declared or not each.defines]
    return sorted(set(spans))


def renamed_at(document: Document, line: int, column: int) -> Occurrence | None:
    """The name at a place that can be renamed: behind `do:`, that is the step's, not the operation's."""
    found = [each for each in names(document) if covers(each.span, line, column) and each.name.kind in RENAMED]
    return found[0] if found else None


def rename(document: Document, line: int, column: int, new: str) -> list[Edit]:
    """The edits that rename a step or a variable through the whole workflow.

    Raises Refused where the name isn't one of them, or where the workflow would not check any more.
    """
    found = renamed_at(document, line, column)
    if found is None:
        raise Refused("only steps, state, constants and loop variables can be renamed")
    if not new.isidentifier():
        raise Refused(f"`{new}` is no name: letters, digits and _, and no digit first")
    places = {each.span: each for each in names(document) if each.name == found.name}
    if found.name.kind in LOCAL and sum(each.defines for each in places.values()) > 1:
        raise Refused(f"`{found.name.text}` is declared more than once in this workflow")
    edits = [_edit(document, each, new) for each in places.values()]
    _checked(document, edits)
    return edits


def _edit(document: Document, occurrence: Occurrence, new: str) -> Edit:
    """The name replaced; a step that is called as its operation is gets an `id:` in the line below."""
    if not occurrence.implied:
        return Edit(occurrence.span, new)
    span = occurrence.span
    line = document.lines[span.line - 1]
    column = len(line) - len(line.lstrip(" -"))
    if "{" in line[: span.column - 1]:
        return Edit(Span(span.file, span.line, span.end_column, span.line, span.end_column), f", id: {new}")
    below = Span(span.file, span.line + 1, 1, span.line + 1, 1)
    return Edit(below, f"{' ' * column}id: {new}\n")


def _checked(document: Document, edits: list[Edit]) -> None:
    session = document.session
    then = session.workspace.check({document.file: edited(document.text, edits)})
    had = Counter((f.span.file, f.code) for f in session.checked.findings)
    new = [f for f in then.findings if not had[(f.span.file, f.code)]]
    if new or len(then.findings) > len(session.checked.findings):
        raise Refused((new or then.findings)[0].message)
