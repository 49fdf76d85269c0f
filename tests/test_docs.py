"""What the documents show is what the tool says."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from cityos_compiler.cli.main import COMMANDS

from tests.docs import PLAYED, PLAYED_IN_THE_CITY, ROOT, RULES, played
from tests.rules import pages


@pytest.mark.parametrize("document", PLAYED, ids=lambda path: path.name)
def test_outputs_are_what_the_tool_prints(document: Path, tmp_path: Path) -> None:
    text = document.read_text(encoding="utf-8")
    assert text == played(text, tmp_path), "python -m tests.docs"


@pytest.mark.parametrize("document", PLAYED_IN_THE_CITY, ids=lambda path: path.name)
def test_outputs_about_the_city_are_what_the_tool_prints(document: Path) -> None:
    text = document.read_text(encoding="utf-8")
    assert text == played(text, ROOT), "python -m tests.docs"


def test_every_code_has_its_page_and_every_page_is_what_the_tool_says() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in RULES.iterdir()}
    assert written == pages(), "python -m tests.docs"


def test_documents_name_only_commands_and_files_that_exist() -> None:
    for document in [ROOT / "README.md", *(ROOT / "docs").rglob("*.md")]:
        text = document.read_text(encoding="utf-8")
        assert set(re.findall(r"`cityosc (\w+)", text)) <= COMMANDS.keys(), document
        for link in re.findall(r"\]\(([\w./-]+)\)", text):
            assert (document.parent / link).exists(), f"{document}: {link}"
