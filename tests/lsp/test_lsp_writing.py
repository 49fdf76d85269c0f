"""Completion and hover: what may be written, and what is said of what is."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from lsprotocol import types as lsp

from tests.lsp.client import Editor, editor

ROOT = Path(__file__).parents[2]
PLACING = "specs/workflows/order/wf-001-order-placement.yaml"
BILLING = "specs/workflows/subscription/wf-027-subscription-lifecycle.yaml"
PAYMENT = "specs/systems/payment.yaml"


@pytest.fixture
def city(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "specs", tmp_path / "specs")
    return tmp_path


async def _offered(writing: Editor, file: str, marked: str) -> dict[str, lsp.CompletionItem]:
    place = writing.at(file, marked)
    found = await writing.client.text_document_completion_async(
        lsp.CompletionParams(place.text_document, place.position)
    )
    assert isinstance(found, list)
    return {item.label: item for item in found}


async def _said(writing: Editor, file: str, marked: str) -> str:
    place = writing.at(file, marked)
    found = await writing.client.text_document_hover_async(lsp.HoverParams(place.text_document, place.position))
    assert found is not None, marked
    assert isinstance(found.contents, lsp.MarkupContent)
    return found.contents.value


PIVOT = "  - pivot\n  - set: {order_status: fulfillment_pending}"
#: What is typed after the pivot of WF-001 (`|` is the cursor), what is offered then, and what isn't.
TYPED = {
    "  - |": (["do", "await", "pivot", "for_each"], ["compensate"]),
    "  - do: |": (["reserveInventory", "capturePayment"], ["payment.intent.captured"]),
    "  - do: refundPayment\n    |": (["compensate", "with", "catch", "if"], ["do", "steps"]),
    "  - do: capturePayment\n    id: again\n    with:\n      |": (["amount"], ["summary"]),
    "  - do: capturePayment\n    id: again\n    with: [|]": (["amount"], ["summary"]),
    "  - emit: |": (["order.placed"], ["reserveInventory"]),
    "  - fail: |": (["PaymentDeclinedError"], ["order.placed"]),
    "  - do: refundPayment\n    id: again\n    catch:\n      |": (["PaymentDeclinedError"], []),
    "  - await: again\n    signals:\n      |": (["payment.intent.captured"], ["PaymentDeclinedError"]),
    "  - set:\n      |": (["payment_status", "order_status"], []),
    "  - set: {payment_error: input.|}": (["order_id", "payment"], ["order_status"]),
    "  - set: {payment_error: input.payment.|}": (["gateway", "amount"], ["order_id"]),
    "  - set: {payment_error: createDeliveryOrder.|}": (["delivery_order_id"], ["gateway"]),
    "  - set: {payment_error: |}": (["input", "capturePayment", "payment_status", "tenant", "default"], []),
    "  - set: {payment_status: |x}": (["captured", "refunded"], []),
    "  - set: {payment_error: input.|": (["order_id", "payment"], ["order_status"]),
    "  - if: input.|": (["order_id", "payment"], []),
    "  - parallel: both\n    first: |": (["true", "false"], ["input"]),
}


async def test_what_is_offered_fits_the_place(city: Path) -> None:
    async with editor(city) as writing:
        await writing.open(PLACING)
        text = writing.texts[PLACING]
        for typed, (offered, missing) in TYPED.items():
            await writing.replace(PLACING, text.replace(PIVOT, f"  - pivot\n{typed.replace('|', '')}\n{PIVOT[10:]}"))
            found = await _offered(writing, PLACING, f"  - pivot\n{typed}")
            assert set(offered) <= set(found), typed
            assert not set(missing) & set(found), typed


async def test_types_and_keys_are_offered_with_what_they_are(city: Path) -> None:
    async with editor(city) as writing:
        await writing.open(PLACING)
        types = await _offered(writing, PLACING, "company_id?: |string")
        assert {"string", "VendorOrder", "PaymentRef"} <= types.keys()
        await writing.type(PLACING, "within: 10d", "ag\nwithin: 10d")
        keys = await _offered(writing, PLACING, "ag|\nwithin")
        assert "again" in keys
        assert "within" not in keys
        assert keys["again"].detail == "Whether the id may start again."


SAID = {
    "- do: reserve|Inventory": ["**erpnext.reserveInventory** (write", "takes", "- `order_id`: string", "gives"],
    "&& capture|Payment.status != captured": ["capturePayment", "- `status`:"],
    "&& capturePayment.sta|tus != captured": ["`capturePayment.status`: "],
    "amount: input.payment.am|ount\n    currency": ["`input.payment.amount`: decimal"],
    "payment.intent.fai|led:": ["signal **payment.intent.failed**", "carries", "- `error_message`"],
    "event: order.pla|ced": ["event **order.placed**"],
    "fail: PaymentDeclined|Error\n              message": ["error **PaymentDeclinedError** (HTTP 402"],
    "[Vendor|Order]": ["type **VendorOrder**", "- `vendor_id`: string"],
    "wit|hin: 10d": ["**within** (optional)", "A deadline that fails"],
    "compen|sation: manual_review": ["**compensation**", "`dead_letter`"],
    "    com|pensate: refundPayment": ["What undoes it."],
    "getOrderPro|gress:": ["query **getOrderProgress**"],
}  # fmt: skip


async def test_what_is_said_of_a_place(city: Path) -> None:
    async with editor(city) as writing:
        await writing.open(PLACING)
        for marked, words in SAID.items():
            said = await _said(writing, PLACING, marked)
            for word in words:
                assert word in said, (marked, said)


async def test_keys_explain_themselves_in_a_file_that_cannot_be_read(city: Path) -> None:
    async with editor(city) as writing:
        await writing.open(PLACING)
        shown = await writing.type(PLACING, "within: 10d", "within: 10d: [")
        assert [each.code for each in shown] == ["YAML001"]
        assert "What undoes it." in await _said(writing, PLACING, "    com|pensate: refundPayment")


async def test_fixes_are_offered_and_formatting_is_fmt(city: Path) -> None:
    async with editor(city) as writing:
        await writing.open(PLACING)
        (shown,) = await writing.type(PLACING, "- do: reserveInventory", "- do: reserveInventry")
        actions = await writing.client.text_document_code_action_async(
            lsp.CodeActionParams(writing.document(PLACING), shown.range, lsp.CodeActionContext([shown]))
        )
        (action,) = actions or ()
        assert isinstance(action, lsp.CodeAction)
        assert (action.title, action.is_preferred) == ("Replace `reserveInventry` by `reserveInventory`", True)
        await writing.apply(action.edit)
        assert writing.shown[writing.uri(PLACING)] == []


async def test_formatting_keeps_comments(city: Path) -> None:
    async with editor(city) as writing:
        await writing.open(PLACING)
        await writing.type(PLACING, "summary: Take", "# kept\nsummary:     Take")
        edits = await writing.client.text_document_formatting_async(_format(writing))
        await writing.apply(lsp.WorkspaceEdit(changes={writing.uri(PLACING): list(edits or ())}))
        assert "# kept\nsummary: Take" in writing.texts[PLACING]
        assert not await writing.client.text_document_formatting_async(_format(writing))


def _format(writing: Editor) -> lsp.DocumentFormattingParams:
    return lsp.DocumentFormattingParams(writing.document(PLACING), lsp.FormattingOptions(2, True))
