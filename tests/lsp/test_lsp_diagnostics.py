"""What an editor is shown while a spec is typed: what `cityosc lint` would say of the same text."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cityos_compiler.passes import check
from lsprotocol import types as lsp

from tests.lsp.client import editor

BASE = Path(__file__).parents[1] / "lint" / "base"
ORDER = "specs/workflows/order/wf-001-order.yaml"
SIGNALS = "specs/signals/shop.yaml"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    shutil.copytree(BASE, tmp_path, dirs_exist_ok=True)
    return tmp_path


async def test_a_mistake_is_shown_at_its_characters_and_goes_when_it_is_mended(project: Path) -> None:
    async with editor(project) as writing:
        assert await writing.open(ORDER) == []
        (shown,) = await writing.type(ORDER, "input.amount > 0", "input.amuont > 0")
        assert (shown.code, shown.source, shown.severity) == ("EXPR011", "cityosc", lsp.DiagnosticSeverity.Error)
        start = writing.at(ORDER, "that: |input.amuont").position
        assert shown.range == lsp.Range(start, lsp.Position(start.line, start.character + len("input.amuont")))
        assert "did you mean `amount`?" in shown.message
        assert await writing.type(ORDER, "input.amuont > 0", "input.amount > 0") == []


async def test_a_file_that_is_no_yaml_just_now_has_its_finding(project: Path) -> None:
    async with editor(project) as writing:
        await writing.open(ORDER)
        (shown,) = await writing.type(ORDER, "input.lines", "input.lines: [")
        assert shown.code == "YAML001"
        assert await writing.type(ORDER, "input.lines: [", "input.lines") == []


async def test_a_change_in_one_file_shows_in_the_others(project: Path) -> None:
    async with editor(project) as writing:
        await writing.open(SIGNALS)
        await writing.type(SIGNALS, "delivery.completed:", "delivery.finished:")
        codes = {diagnostic.code for diagnostic in writing.shown[writing.uri(ORDER)]}
        assert "NAME005" in codes
        await writing.type(SIGNALS, "delivery.finished:", "delivery.completed:")
        assert writing.shown[writing.uri(ORDER)] == []


async def test_columns_are_counted_as_the_editor_counts(project: Path) -> None:
    async with editor(project) as writing:
        await writing.open(ORDER)
        wrong = "summary: A \U0001f69a for ${ input.amuont }"
        (shown,) = await writing.type(ORDER, "    in: input.lines", f"    {wrong}\n    in: input.lines")
        line = writing.texts[ORDER].split("\n")[shown.range.start.line].encode("utf-16-le")
        found = line[shown.range.start.character * 2 : shown.range.end.character * 2].decode("utf-16-le")
        assert found == "input.amuont"


async def test_what_the_editor_shows_is_what_lint_says(project: Path) -> None:
    async with editor(project) as writing:
        await writing.open(ORDER)
        for old, new in (
            ("createDelivery\n    comp", "createDelivry\n    comp"),
            ("attempts\n    at", "tries\n    at"),
        ):
            await writing.type(ORDER, old, new)
        (project / ORDER).write_text(writing.texts[ORDER], encoding="utf-8")
        said = [(f.code, f.span.line - 1, f.span.column - 1) for f in check(project).findings]
        shown = writing.shown[writing.uri(ORDER)]
        assert [(d.code, d.range.start.line, d.range.start.character) for d in shown] == said != []
        assert (await writing.open(ORDER)) == shown


async def test_files_that_change_on_the_disk_are_read_again_unless_they_are_open(project: Path) -> None:
    async with editor(project) as writing:
        await writing.open(ORDER)
        assert [each.method for each in writing.registered] == [lsp.WORKSPACE_DID_CHANGE_WATCHED_FILES]
        for file, old, new in ((SIGNALS, "delivery.completed:", "delivery.finished:"), (ORDER, "steps:", "stps:")):
            text = (project / file).read_text(encoding="utf-8")
            (project / file).write_text(text.replace(old, new), encoding="utf-8")
            await writing.changed_on_disk(file)
        assert {each.code for each in writing.shown[writing.uri(ORDER)]} == {"NAME005"}


async def test_rules_over_all_workflows_answer_at_every_keystroke(project: Path) -> None:
    async with editor(project) as writing:
        await writing.open(ORDER)
        (shown,) = await writing.type(ORDER, "workflow: OrderWorkflow", "workflow: Ordering")
        assert shown.code == "STYLE001"
