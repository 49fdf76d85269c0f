"""The server: the protocol's requests, handed to those who answer."""

from __future__ import annotations

from pathlib import Path

from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcInvalidParams
from pygls.lsp.server import LanguageServer
from pygls.uris import to_fs_path

from cityos_compiler.lsp import diagnostics, lookup
from cityos_compiler.lsp.completion import completion
from cityos_compiler.lsp.document import Document
from cityos_compiler.lsp.hover import hover
from cityos_compiler.lsp.session import Session
from cityos_compiler.lsp.symbols import symbols
from cityos_dsl.root import find_root


class SpecServer(LanguageServer):
    """A language server with a session for each project that is open."""

    def __init__(self, version: str) -> None:
        super().__init__("cityosc", version, text_document_sync_kind=lsp.TextDocumentSyncKind.Incremental)
        self.sessions: dict[Path, Session] = {}

    def document(self, uri: str) -> Document | None:
        """The document of a project, with its session; None for what is none of ours."""
        written = to_fs_path(uri)
        if written is None:
            return None
        path = Path(written)
        root = find_root(path.parent)
        if root is None:
            return None
        if root not in self.sessions:
            self.sessions[root] = Session.at(root)
        session = self.sessions[root]
        file = session.file_of(path)
        return Document(session, file, self.workspace.position_codec) if file is not None else None

    def publish(self, document: Document) -> None:
        """Show what is found now. The file that was typed in is answered in any case, and last: then all is said."""
        news = document.session.news()
        news[document.file] = news.pop(document.file, document.session.shown.get(document.file, []))
        for file, findings in news.items():
            other = Document(document.session, file, document.codec)
            shown = [diagnostics.diagnostic(other, finding) for finding in findings]
            self.text_document_publish_diagnostics(lsp.PublishDiagnosticsParams(other.uri, shown))


_WATCHED = lsp.Registration(
    id="specs",
    method=lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES,
    register_options=lsp.DidChangeWatchedFilesRegistrationOptions([lsp.FileSystemWatcher("**/specs/**/*.yaml")]),
)


def make_server(version: str) -> SpecServer:
    """A server that isn't started yet."""
    server = SpecServer(version)
    _sync(server)
    _finding(server)
    _telling(server)
    _changing(server)
    return server


def _sync(server: SpecServer) -> None:
    @server.feature(lsp.INITIALIZED)
    async def initialized(params: lsp.InitializedParams) -> None:
        watching = server.client_capabilities.workspace
        changes = watching.did_change_watched_files if watching is not None else None
        if changes is not None and changes.dynamic_registration:
            await server.client_register_capability_async(lsp.RegistrationParams([_WATCHED]))

    @server.feature(lsp.TEXT_DOCUMENT_DID_OPEN)
    def opened(params: lsp.DidOpenTextDocumentParams) -> None:
        if document := server.document(params.text_document.uri):
            document.session.change(document.file, params.text_document.text)
            server.publish(document)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CHANGE)
    def changed(params: lsp.DidChangeTextDocumentParams) -> None:
        if document := server.document(params.text_document.uri):
            document.session.change(document.file, server.workspace.get_text_document(params.text_document.uri).source)
            server.publish(document)

    @server.feature(lsp.TEXT_DOCUMENT_DID_CLOSE)
    def closed(params: lsp.DidCloseTextDocumentParams) -> None:
        if document := server.document(params.text_document.uri):
            document.session.reread(document.file, closed=True)
            server.publish(document)

    @server.feature(lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES)
    def on_disk(params: lsp.DidChangeWatchedFilesParams) -> None:
        for change in params.changes:
            if document := server.document(change.uri):
                document.session.reread(document.file)
                server.publish(document)


def _finding(server: SpecServer) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_DOCUMENT_SYMBOL)
    def outline(params: lsp.DocumentSymbolParams) -> list[lsp.DocumentSymbol]:
        document = server.document(params.text_document.uri)
        return symbols(document) if document else []

    @server.feature(lsp.TEXT_DOCUMENT_DEFINITION)
    def definition(params: lsp.DefinitionParams) -> list[lsp.Location]:
        document = server.document(params.text_document.uri)
        if document is None:
            return []
        return [document.location(span) for span in lookup.definitions(document, *document.place(params.position))]

    @server.feature(lsp.TEXT_DOCUMENT_REFERENCES)
    def references(params: lsp.ReferenceParams) -> list[lsp.Location]:
        document = server.document(params.text_document.uri)
        if document is None:
            return []
        place = document.place(params.position)
        declared = params.context.include_declaration
        return [document.location(span) for span in lookup.references(document, *place, declared=declared)]


def _telling(server: SpecServer) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_HOVER)
    def hovered(params: lsp.HoverParams) -> lsp.Hover | None:
        document = server.document(params.text_document.uri)
        return hover(document, *document.place(params.position)) if document else None

    @server.feature(lsp.TEXT_DOCUMENT_COMPLETION, lsp.CompletionOptions(trigger_characters=[".", ":", " ", "-"]))
    def completed(params: lsp.CompletionParams) -> list[lsp.CompletionItem]:
        document = server.document(params.text_document.uri)
        return completion(document, *document.place(params.position)) if document else []


def _changing(server: SpecServer) -> None:
    @server.feature(lsp.TEXT_DOCUMENT_PREPARE_RENAME)
    def prepare_rename(params: lsp.PrepareRenameParams) -> lsp.PrepareRenamePlaceholder | None:
        document = server.document(params.text_document.uri)
        found = lookup.renamed_at(document, *document.place(params.position)) if document else None
        if document is None or found is None:
            return None
        return lsp.PrepareRenamePlaceholder(document.range(found.span), found.name.text)

    @server.feature(lsp.TEXT_DOCUMENT_RENAME, lsp.RenameOptions(prepare_provider=True))
    def rename(params: lsp.RenameParams) -> lsp.WorkspaceEdit | None:
        document = server.document(params.text_document.uri)
        if document is None:
            return None
        try:
            edits = lookup.rename(document, *document.place(params.position), params.new_name)
        except lookup.Refused as refused:
            raise JsonRpcInvalidParams(str(refused)) from None
        return document.workspace_edit(edits)

    @server.feature(lsp.TEXT_DOCUMENT_CODE_ACTION, lsp.CodeActionOptions([lsp.CodeActionKind.QuickFix]))
    def actions(params: lsp.CodeActionParams) -> list[lsp.CodeAction]:
        document = server.document(params.text_document.uri)
        return diagnostics.actions(document, params.range) if document else []

    @server.feature(lsp.TEXT_DOCUMENT_FORMATTING)
    def formatting(params: lsp.DocumentFormattingParams) -> list[lsp.TextEdit]:
        document = server.document(params.text_document.uri)
        return diagnostics.formatting(document) if document else []
