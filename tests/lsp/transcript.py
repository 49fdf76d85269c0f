"""The transcript of docs/editors.md, played by a scripted editor: `python -m tests.lsp.transcript` writes it anew."""

from __future__ import annotations

import asyncio
import difflib
import re
import shutil
import tempfile
from pathlib import Path

from lsprotocol import types as lsp

from tests.lsp.client import Editor, editor

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "editors.md"
FILE = "specs/workflows/order/wf-001-order-placement.yaml"
_BLOCK = re.compile(r"(?<=<!-- played by tests/lsp/transcript.py -->\n```text\n).*?(?=```\n)", re.DOTALL)


async def _play() -> str:
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder).resolve()
        shutil.copytree(ROOT / "specs", root / "specs")
        async with editor(root) as writing:
            return "".join([part async for part in _scenes(writing)])


async def _scenes(writing: Editor):  # type: ignore[no-untyped-def]  # an async generator of texts, used above alone
    yield f"open {FILE}\n" + _shown(writing, await writing.open(FILE))
    wrong = "- do: createDelivryOrder"
    found = await writing.type(FILE, "- do: createDeliveryOrder", wrong)
    yield f"\ntype {wrong}\n" + _shown(writing, found)
    actions = await writing.client.text_document_code_action_async(
        lsp.CodeActionParams(writing.document(FILE), found[0].range, lsp.CodeActionContext(found))
    )
    for action in actions or ():
        assert isinstance(action, lsp.CodeAction)
        yield f"\ntake the fix: {action.title}\n"
        await writing.apply(action.edit)
    yield _shown(writing, writing.shown[writing.uri(FILE)])
    place = writing.at(FILE, "- do: capture|Payment")
    said = await writing.client.text_document_hover_async(lsp.HoverParams(place.text_document, place.position))
    assert said is not None
    assert isinstance(said.contents, lsp.MarkupContent)
    yield f"\nhover over capturePayment\n{_indented(said.contents.value)}"
    before = writing.texts[FILE]
    edit = await writing.client.text_document_rename_async(
        lsp.RenameParams(place.text_document, place.position, "takePayment")
    )
    await writing.apply(edit)
    changed = difflib.unified_diff(before.splitlines(), writing.texts[FILE].splitlines(), lineterm="", n=0)
    yield "\nrename the step capturePayment to takePayment\n"
    yield _indented("\n".join(line for line in changed if not line.startswith(("---", "+++", "@@"))))
    yield _shown(writing, writing.shown[writing.uri(FILE)])


def _shown(writing: Editor, diagnostics: list[lsp.Diagnostic]) -> str:
    """The diagnostics under their lines, as an editor underlines them."""
    if not diagnostics:
        return "  no findings\n"
    lines = writing.texts[FILE].split("\n")
    text = ""
    for each in diagnostics:
        start, end = each.range.start, each.range.end
        number = str(start.line + 1)
        marks = " " * start.character + "^" * (end.character - start.character)
        text += f"  {number} | {lines[start.line]}\n  {' ' * len(number)} | {marks}\n"
        text += _indented(f"{each.code}: {each.message}")
    return text


def _indented(text: str) -> str:
    return "".join(f"  {line}".rstrip() + "\n" for line in text.split("\n"))


def played(page: str) -> str:
    """The page with what the server says now."""
    transcript = asyncio.run(_play())
    return _BLOCK.sub(lambda _: transcript, page)


if __name__ == "__main__":
    PAGE.write_text(played(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
