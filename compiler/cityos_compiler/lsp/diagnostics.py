"""Findings as an editor shows them, and their fixes as it offers them."""

from __future__ import annotations

from lsprotocol import types as lsp

from cityos_compiler.formatting import format_spec
from cityos_compiler.lsp.document import Document
from cityos_dsl.diagnostics import Finding, Severity

_SEVERITY = {Severity.ERROR: lsp.DiagnosticSeverity.Error, Severity.WARNING: lsp.DiagnosticSeverity.Warning}


def diagnostic(document: Document, finding: Finding) -> lsp.Diagnostic:
    """A finding with its help below its message."""
    related = [lsp.DiagnosticRelatedInformation(document.location(each.span), each.message) for each in finding.related]
    return lsp.Diagnostic(
        range=document.range(finding.span),
        message=f"{finding.message}\n{finding.help}" if finding.help else finding.message,
        severity=_SEVERITY[finding.severity],
        code=finding.code,
        source="cityosc",
        related_information=related or None,
    )


def actions(document: Document, wanted: lsp.Range) -> list[lsp.CodeAction]:
    """The fixes of the findings in a range."""
    found = []
    for finding in document.session.mended(document.file):
        place = document.range(finding.span)
        if place.end < wanted.start or wanted.end < place.start:
            continue
        for fix in finding.fixes:
            found.append(
                lsp.CodeAction(
                    title=fix.title,
                    kind=lsp.CodeActionKind.QuickFix,
                    diagnostics=[diagnostic(document, finding)],
                    is_preferred=fix.safe,
                    edit=document.workspace_edit(list(fix.edits)),
                )
            )
    return found


def formatting(document: Document) -> list[lsp.TextEdit]:
    """The whole document as `cityosc fmt` writes it; nothing where it can't be read or is formatted."""
    text = format_spec(document.file, document.text).text
    if text == document.text:
        return []
    end = lsp.Position(len(document.lines), 0)
    return [lsp.TextEdit(lsp.Range(lsp.Position(0, 0), end), text)]
