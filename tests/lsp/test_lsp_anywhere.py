"""Whatever is typed and wherever is asked: there is an answer, never an exception."""

from __future__ import annotations

import random
import shutil
from pathlib import Path

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


def test_every_place_of_half_written_specs_has_an_answer(tmp_path: Path) -> None:
    shutil.copytree(TOWN / "specs", tmp_path / "specs")
    session = Session.at(tmp_path)
    chance = random.Random(7)
    files = sorted(session.workspace.texts)
    for _ in range(60):
        file = chance.choice([each for each in files if not each.startswith("specs/tests/")])
        text = session.text(file)
        session.change(file, edited_at_random(text, chance))
        document = Document(session, file, PositionCodec())
        for _ in range(4):
            line = chance.randrange(len(document.lines)) + 1
            column = chance.randrange(len(document.lines[line - 1]) + 1) + 1
            completion(document, line, column)
            hover(document, line, column)
            for span in lookup.definitions(document, line, column):
                document.location(span)
        symbols(document)
        everywhere = lsp.Range(lsp.Position(0, 0), lsp.Position(10_000, 0))
        diagnostics.actions(document, everywhere)
        for finding in session.checked.findings:
            diagnostics.diagnostic(document.of(finding.span.file), finding)
        format_spec(file, document.text)
        if chance.random() < 0.8:
            session.change(file, text)


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
