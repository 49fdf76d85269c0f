"""Going to a declaration, finding uses, renaming: through keys, values and expressions."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from cityos_compiler.passes import check
from lsprotocol import types as lsp
from pygls.exceptions import JsonRpcException

from tests.lsp.client import Editor, editor

ROOT = Path(__file__).parents[2]
BILLING = "specs/workflows/subscription/wf-027-subscription-lifecycle.yaml"
PLACING = "specs/workflows/order/wf-001-order-placement.yaml"
APPROVAL = "specs/workflows/b2b/wf-022-purchase-order-approval.yaml"


@pytest.fixture
def city(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "specs", tmp_path / "specs")
    return tmp_path


async def _defined(writing: Editor, file: str, marked: str) -> list[tuple[str, str]]:
    """Where the name at a place is declared: the file, and its line from there."""
    place = writing.at(file, marked)
    found = await writing.client.text_document_definition_async(
        lsp.DefinitionParams(place.text_document, place.position)
    )
    assert isinstance(found, list)
    shown = []
    for each in found:
        assert isinstance(each, lsp.Location)
        path = Path(each.uri.removeprefix("file://"))
        line = path.read_text(encoding="utf-8").split("\n")[each.range.start.line]
        shown.append((path.relative_to(writing.root).as_posix(), line[each.range.start.character :]))
    return shown


DECLARED = {
    "- do: reserve|Inventory": ("specs/systems/erpnext.yaml", "reserveInventory:"),
    "compensate: refund|Payment": ("specs/systems/payment.yaml", "refundPayment:"),
    "event: order.pla|ced": ("specs/events.yaml", "order.placed:"),
    "payment.intent.fai|led:": ("specs/signals/payment.yaml", "payment.intent.failed:"),
    "vendor_orders: {type: [Vendor|Order]": ("specs/types/commerce.yaml", "VendorOrder:"),
    "if: payment_sta|tus == pending": (PLACING, "payment_status:"),
    "&& capture|Payment.status != captured": (PLACING, "capturePayment"),
    "delivery_con|firmed ? 'delivery confirmed' : stock_confirmed ? 'stock confirmed' : 'placing the order'\n  getO":
        (PLACING, "delivery_confirmed: "),
    "resource_id: input.order|_id": (PLACING, "order_id: string"),
}  # fmt: skip


async def test_a_name_leads_to_where_it_is_declared(city: Path) -> None:
    async with editor(city) as writing:
        await writing.open(PLACING)
        for marked, (file, line) in DECLARED.items():
            found = await _defined(writing, PLACING, marked)
            assert [(path, text[: len(line)]) for path, text in found] == [(file, line)], marked


async def test_the_uses_of_an_operation_are_found_in_all_workflows(city: Path) -> None:
    async with editor(city) as writing:
        await writing.open(PLACING)
        place = writing.at(PLACING, "compensate: refund|Payment")
        found = await writing.client.text_document_references_async(
            lsp.ReferenceParams(lsp.ReferenceContext(False), place.text_document, place.position)
        )
        files = {each.uri.rsplit("/", 1)[1] for each in found or ()}
        assert {"wf-001-order-placement.yaml", "wf-027-subscription-lifecycle.yaml"} <= files


async def _rename(writing: Editor, file: str, marked: str, new: str) -> None:
    place = writing.at(file, marked)
    await writing.apply(
        await writing.client.text_document_rename_async(lsp.RenameParams(place.text_document, place.position, new))
    )


async def test_a_state_variable_is_renamed_through_expressions_keys_and_queries(city: Path) -> None:
    async with editor(city) as writing:
        before = (await writing.open(BILLING), writing.texts[BILLING])[1]
        await _rename(writing, BILLING, "  ret|ries: {type: int", "attempts_made")
        after = writing.texts[BILLING]
        assert writing.shown[writing.uri(BILLING)] == []
        assert "retries" not in after.replace("the charge and three retries", "")
        assert "retry_count: attempts_made" in after
        assert "attempts: attempts_made + 1" in after
        await _rename(writing, BILLING, "  attempts|_made: {type: int", "retries")
        assert writing.texts[BILLING] == before


async def test_a_step_that_is_called_as_its_operation_gets_an_id(city: Path) -> None:
    async with editor(city) as writing:
        await writing.open(PLACING)
        await _rename(writing, PLACING, "- do: create|DeliveryOrder", "orderTheDelivery")
        after = writing.texts[PLACING]
        assert writing.shown[writing.uri(PLACING)] == []
        assert "  - do: createDeliveryOrder\n    id: orderTheDelivery\n" in after
        assert "delivery.created: {delivery_order_id: orderTheDelivery.delivery_order_id}" in after
        assert '"orderTheDelivery != null ? [orderTheDelivery.delivery_order_id] : []"' in after
        (city / PLACING).write_text(after, encoding="utf-8")
        assert [f for f in check(city).findings if f.span.file == PLACING] == []


async def test_a_loops_own_state_is_renamed_where_it_is_set(city: Path) -> None:
    async with editor(city) as writing:
        await writing.open(APPROVAL)
        await _rename(writing, APPROVAL, "      approv|ers: step.approver_ids", "asked")
        after = writing.texts[APPROVAL]
        assert writing.shown[writing.uri(APPROVAL)] == []
        assert "asked: asked + [signal.escalated_to]" in after
        assert "with: {step_number: step.step_number, approver_ids: asked}" in after


async def test_a_named_step_is_renamed_where_it_is_left(city: Path) -> None:
    async with editor(city) as writing:
        await writing.open(BILLING)
        await _rename(writing, BILLING, "- repeat: billing|Cycles", "cycles")
        assert writing.shown[writing.uri(BILLING)] == []
        assert "billingCycles" not in writing.texts[BILLING]


@pytest.mark.parametrize(
    ("marked", "new", "why"),
    [
        ("compensation: manual|_review", "x", "only steps"),
        ("- repeat: billing|Cycles", "two words", "is no name"),
        ("- repeat: billing|Cycles", "grantBenefits", "two steps are called"),
    ],
)
async def test_a_rename_that_would_break_the_workflow_is_refused(marked: str, new: str, why: str, city: Path) -> None:
    async with editor(city) as writing:
        await writing.open(BILLING)
        with pytest.raises(JsonRpcException, match=why):
            await _rename(writing, BILLING, marked, new)


async def test_the_outline_has_the_steps_below_their_blocks(city: Path) -> None:
    async with editor(city) as writing:
        await writing.open(BILLING)
        found = await writing.client.text_document_document_symbol_async(
            lsp.DocumentSymbolParams(writing.document(BILLING))
        )
        tops = {each.name: each for each in found or () if isinstance(each, lsp.DocumentSymbol)}
        assert list(tops) == ["input", "state", "meanwhile", "steps", "finally", "queries"]
        steps = {each.name: each for each in tops["steps"].children or ()}
        assert "do grantBenefits" in steps
        cycles = [each.name for each in steps["repeat billingCycles"].children or ()]
        assert "do createBillingCycle" in cycles
