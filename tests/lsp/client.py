"""An editor in a few lines: a real server process over standard input and output, and pygls' own client."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

from lsprotocol import types as lsp
from pygls.lsp.client import LanguageClient

COMMAND = [sys.executable, "-c", "from cityos_compiler.cli.main import run; run()", "lsp"]


class Editor:
    """What an editor does with the server. Files are named by their path below the project's root."""

    def __init__(self, root: Path, client: LanguageClient) -> None:
        self.root = root
        self.client = client
        self.texts: dict[str, str] = {}
        self.versions: dict[str, int] = {}
        self.shown: dict[str, list[lsp.Diagnostic]] = {}
        self._published = asyncio.Event()
        self._told: set[str] = set()

        self.registered: list[lsp.Registration] = []

        @client.feature(lsp.CLIENT_REGISTER_CAPABILITY)  # type: ignore[untyped-decorator]  # pygls' is untyped
        def registered(params: lsp.RegistrationParams) -> None:
            self.registered += params.registrations

        @client.feature(lsp.TEXT_DOCUMENT_PUBLISH_DIAGNOSTICS)  # type: ignore[untyped-decorator]  # pygls' is untyped
        def published(params: lsp.PublishDiagnosticsParams) -> None:
            self.shown[params.uri] = list(params.diagnostics)
            self._told.add(params.uri)
            self._published.set()

    def uri(self, file: str) -> str:
        """A file's address."""
        return (self.root / file).as_uri()

    def document(self, file: str) -> lsp.TextDocumentIdentifier:
        """A file as requests name it."""
        return lsp.TextDocumentIdentifier(self.uri(file))

    async def open(self, file: str) -> list[lsp.Diagnostic]:
        """Open a file; returns its diagnostics."""
        self.texts[file] = (self.root / file).read_text(encoding="utf-8")
        self.versions[file] = 1
        item = lsp.TextDocumentItem(self.uri(file), "yaml", 1, self.texts[file])
        self._told.clear()
        self.client.text_document_did_open(lsp.DidOpenTextDocumentParams(item))
        return await self._answered(file)

    async def changed_on_disk(self, file: str) -> list[lsp.Diagnostic]:
        """Tell the server that a file changed on the disk; returns the diagnostics then."""
        event = lsp.FileEvent(self.uri(file), lsp.FileChangeType.Changed)
        self._told.clear()
        self.client.workspace_did_change_watched_files(lsp.DidChangeWatchedFilesParams([event]))
        return await self._answered(file)

    async def type(self, file: str, old: str, new: str) -> list[lsp.Diagnostic]:
        """Replace the one place where a text stands, as a keystroke does; returns the diagnostics then."""
        text = self.texts[file]
        assert text.count(old) == 1, f"{old!r} stands {text.count(old)} times"
        at = text.index(old)
        change = lsp.TextDocumentContentChangePartial(
            range=lsp.Range(_position(text, at), _position(text, at + len(old))), text=new
        )
        return await self._changed(file, text.replace(old, new), change)

    async def replace(self, file: str, text: str) -> list[lsp.Diagnostic]:
        """Replace the whole text; returns the diagnostics then."""
        return await self._changed(file, text, lsp.TextDocumentContentChangeWholeDocument(text=text))

    async def apply(self, edit: lsp.WorkspaceEdit | None) -> None:
        """Make the edits that the server wants."""
        assert edit is not None
        assert edit.changes is not None
        for uri, edits in edit.changes.items():
            file = next(file for file in self.texts if self.uri(file) == uri)
            await self.replace(file, edited(self.texts[file], list(edits)))

    def at(self, file: str, marked: str) -> lsp.TextDocumentPositionParams:
        """The place in a file where `|` stands in a text that it has once."""
        before, after = marked.split("|")
        text = self.texts[file]
        assert text.count(before + after) == 1, f"{before + after!r} stands {text.count(before + after)} times"
        place = _position(text, text.index(before + after) + len(before))
        return lsp.TextDocumentPositionParams(self.document(file), place)

    async def _changed(self, file: str, text: str, change: Any) -> list[lsp.Diagnostic]:
        self.texts[file] = text
        self.versions[file] += 1
        document = lsp.VersionedTextDocumentIdentifier(version=self.versions[file], uri=self.uri(file))
        self._told.clear()
        self.client.text_document_did_change(lsp.DidChangeTextDocumentParams(document, [change]))
        return await self._answered(file)

    async def _answered(self, file: str) -> list[lsp.Diagnostic]:
        while self.uri(file) not in self._told:
            self._published.clear()
            await asyncio.wait_for(self._published.wait(), 60)
        return self.shown[self.uri(file)]


@asynccontextmanager
async def editor(root: Path) -> AsyncIterator[Editor]:
    """A server for the project at a folder, initialised, and shut down in the end."""
    client = LanguageClient("test-editor", "1")
    writing = Editor(root, client)
    await client.start_io(*COMMAND)
    folder = lsp.WorkspaceFolder(root.as_uri(), root.name)
    watching = lsp.DidChangeWatchedFilesClientCapabilities(dynamic_registration=True)
    capabilities = lsp.ClientCapabilities(workspace=lsp.WorkspaceClientCapabilities(did_change_watched_files=watching))
    await client.initialize_async(
        lsp.InitializeParams(capabilities=capabilities, root_uri=root.as_uri(), workspace_folders=[folder])
    )
    client.initialized(lsp.InitializedParams())
    try:
        yield writing
    finally:
        await client.shutdown_async(None)
        client.exit(None)
        await client.stop()  # type: ignore[no-untyped-call]  # pygls' is untyped


def edited(text: str, edits: list[Any]) -> str:
    """A text with the server's edits made, from the last one to the first."""
    for edit in sorted(edits, key=lambda each: (each.range.start.line, each.range.start.character), reverse=True):
        text = text[: _offset(text, edit.range.start)] + edit.new_text + text[_offset(text, edit.range.end) :]
    return text


def _position(text: str, offset: int) -> lsp.Position:
    return lsp.Position(text.count("\n", 0, offset), offset - text.rfind("\n", 0, offset) - 1)


def _offset(text: str, position: lsp.Position) -> int:
    lines = text.split("\n")
    if position.line >= len(lines):
        return len(text)
    return sum(len(line) + 1 for line in lines[: position.line]) + position.character
