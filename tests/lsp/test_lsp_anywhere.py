"""Whatever is typed and wherever is asked: there is an answer, never an exception."""

from __future__ import annotations

import random
import shutil
from collections import Counter
from pathlib import Path

from cityos_compiler.findings.catalog import catalog
from cityos_compiler.fixes.edits import edited
from cityos_compiler.formatting import format_spec
from cityos_compiler.lsp import diagnostics, lookup
from cityos_compiler.lsp.completion import completion
from cityos_compiler.lsp.document import Document
from cityos_compiler.lsp.hover import hover
from cityos_compiler.lsp.session import Session
from cityos_compiler.lsp.symbols import symbols
from lsprotocol import types as lsp
from pygls.workspace import PositionCodec

from tests.test_workspace import edited_at_random

TOWN = Path(__file__).parents[1] / "golden" / "town"


def _inside(document: Document, span: lsp.Range) -> bool:
    """Whether a range lies in a document, its start before its end."""
    lines = document.lines
    ends = (span.start.line, span.start.character) <= (span.end.line, span.end.character)
    return ends and span.end.line <= len(lines)


def _nested(symbol: lsp.DocumentSymbol) -> bool:
    """Whether a symbol's name stands in it, and all that it holds."""
    whole, name = symbol.range, symbol.selection_range
    within = (whole.start.line, whole.end.line)
    held = [name, *(child.range for child in symbol.children or ())]
    return all(within[0] <= each.start.line <= each.end.line <= within[1] for each in held) and all(
        map(_nested, symbol.children or ())
    )


def test_every_place_of_half_written_specs_has_an_answer(tmp_path: Path) -> None:
    shutil.copytree(TOWN / "specs", tmp_path / "specs")
    session = Session.at(tmp_path)
    chance = random.Random(7)
    files = sorted(session.workspace.texts)
    answers: Counter[str] = Counter()
    for _ in range(60):
        file = chance.choice([each for each in files if not each.startswith("specs/tests/")])
        text = session.text(file)
        session.change(file, edited_at_random(text, chance))
        document = Document(session, file, PositionCodec())
        for _ in range(4):
            line = chance.randrange(len(document.lines)) + 1
            column = chance.randrange(len(document.lines[line - 1]) + 1) + 1
            offered = completion(document, line, column)
            assert all(item.label for item in offered)
            shown = hover(document, line, column)
            assert shown is None or (isinstance(shown.contents, lsp.MarkupContent) and shown.contents.value.strip())
            there = [document.location(span) for span in lookup.definitions(document, line, column)]
            assert all(session.text(place.uri.rpartition(f"{tmp_path.name}/")[2]) for place in there)
            answers += Counter(completed=bool(offered), hovered=shown is not None, defined=bool(there))
        named = symbols(document)
        assert all(map(_nested, named))
        everywhere = lsp.Range(lsp.Position(0, 0), lsp.Position(10_000, 0))
        offered_fixes = diagnostics.actions(document, everywhere)
        assert all(action.title and action.edit is not None for action in offered_fixes)
        for finding in session.checked.findings:
            shown_there = document.of(finding.span.file)
            told = diagnostics.diagnostic(shown_there, finding)
            assert told.message and told.code in catalog() and told.code != "INTERNAL001"
            assert _inside(shown_there, told.range)
        formatted = format_spec(file, document.text)
        assert format_spec(file, formatted.text).text == formatted.text
        answers += Counter(named=bool(named), fixed=bool(offered_fixes), told=bool(session.checked.findings))
        if chance.random() < 0.8:
            session.change(file, text)
    # Some of them have nothing to say; that none had would be a server that answers nobody.
    assert answers.keys() == {"completed", "hovered", "defined", "named", "fixed", "told"}, answers


def test_the_fixes_that_are_offered_make_what_they_say(tmp_path: Path) -> None:
    shutil.copytree(TOWN / "specs", tmp_path / "specs")
    session = Session.at(tmp_path)
    chance = random.Random(11)
    workflows = sorted(file for file in session.workspace.texts if file.startswith("specs/workflows/"))
    tried = 0
    for _ in range(60):
        file = chance.choice(workflows)
        text = session.text(file)
        session.change(file, edited_at_random(text, chance, kinds=1))
        for finding in session.mended(file):
            for fix in finding.fixes:
                after = edited(session.text(file), fix.edits)
                found = session.workspace.check({file: after}).findings
                there = [
                    each.message for each in found if (each.span.file, each.span.line) == (file, finding.span.line)
                ]
                assert finding.message not in there
                tried += 1
        session.change(file, text)
    assert tried > 5
