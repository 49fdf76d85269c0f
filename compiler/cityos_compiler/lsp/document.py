"""One file of a session, with the editor's way to count."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from lsprotocol import types as lsp
from pygls.workspace import PositionCodec

from cityos_compiler.lsp.positions import as_place, as_range
from cityos_compiler.lsp.session import Session
from cityos_dsl.diagnostics import Edit, Span
from cityos_dsl.source import Node, compose


@dataclass
class Document:
    """A file that the editor asks about."""

    session: Session
    file: str
    codec: PositionCodec

    @property
    def uri(self) -> str:
        """Its address."""
        return (self.session.workspace.root / self.file).as_uri()

    @cached_property
    def text(self) -> str:
        """Its text as it is typed."""
        return self.session.text(self.file)

    @cached_property
    def lines(self) -> list[str]:
        """Its lines."""
        return self.text.split("\n")

    @cached_property
    def root(self) -> Node | None:
        """Its nodes; None where it can't be read."""
        return compose(self.file, self.text)[0]

    def of(self, file: str) -> Document:
        """Another file of the same project."""
        return self if file == self.file else Document(self.session, file, self.codec)

    def place(self, position: lsp.Position) -> tuple[int, int]:
        """A position as line and column."""
        return as_place(self.codec, self.lines, position)

    def range(self, span: Span) -> lsp.Range:
        """A span of this file as the editor's range."""
        return as_range(self.codec, self.lines, span)

    def location(self, span: Span) -> lsp.Location:
        """A span of any file of the project."""
        other = self.of(span.file)
        return lsp.Location(other.uri, other.range(span))

    def workspace_edit(self, edits: list[Edit]) -> lsp.WorkspaceEdit:
        """Edits of any files of the project."""
        changes: dict[str, list[lsp.TextEdit]] = {}
        for edit in edits:
            other = self.of(edit.span.file)
            changes.setdefault(other.uri, []).append(lsp.TextEdit(other.range(edit.span), edit.text))
        return lsp.WorkspaceEdit(changes=changes)
