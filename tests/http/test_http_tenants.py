"""Gateways whose account several tenants share: what is another's, or nobody's, never reaches a tenant's workflow."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import httpx
import pytest
from cityos_runtime.binding import Bound, Systems
from cityos_runtime.context import Tenant
from cityos_runtime.http import perform

from tests.http.vendor import Vendor, context

ROOT = Path(__file__).parents[2]
MINE, OTHERS = {"tenant_id": "t_1"}, {"tenant_id": "t_2"}


def bound(name: str) -> Bound:
    """An operation of the city's own gateways."""
    systems = Systems.model_validate_json((ROOT / "generated" / "systems.json").read_text())
    return next(each for each in systems.bound() if each.system_name == "payment" and each.name == name)


async def asked(vendor: Vendor, gateway: str, answer: dict[str, Any]) -> dict[str, Any]:
    vendor.answers = [(200, json.dumps(answer))]
    environ = {f"{gateway.upper()}_API_URL": vendor.url, f"{gateway.upper()}_SECRET_KEY": "sk"}
    told = context(tenant=Tenant(id="t_1", zone="GCC", gateway=gateway))
    async with httpx.AsyncClient() as client:
        input = {"gateway": gateway, "date": "2026-01-01", "after": None, "limit": 100}
        return await perform(bound("fetchGatewayTransactions"), input, told, client, environ)


def moved(id: str, source: Any) -> dict[str, Any]:
    return {"id": id, "source": source, "type": "charge", "amount": 8000, "currency": "sar", "created": 1767225600}


def charged(id: str, **more: Any) -> dict[str, Any]:
    return {"id": id, "reference": {"transaction": id}, "amount": 80, "currency": "SAR",
            "transaction": {"created": "2026-01-01T00:00:00Z"}, **more}  # fmt: skip


@pytest.mark.parametrize(
    ("gateway", "answer"),
    [
        ("stripe", {"has_more": True, "data": [
            moved("txn_1", {"id": "ch_1", "payment_intent": "pi_1", "metadata": MINE}),
            moved("txn_2", {"id": "ch_2", "payment_intent": "pi_2", "metadata": OTHERS}),
            moved("txn_3", {"id": "ch_3", "metadata": {}}),
            moved("txn_4", None),
            moved("txn_5", "ch_5"),
        ]}),
        ("tap", {"has_more": True, "charges": [
            charged("txn_1", metadata=MINE), charged("txn_2", metadata=OTHERS), charged("txn_3", metadata=None),
            charged("txn_5"),
        ]}),
    ],
)  # fmt: skip
async def test_only_the_tenants_own_movements_come_through(
    vendor: Vendor, gateway: str, answer: dict[str, Any]
) -> None:
    page = await asked(vendor, gateway, answer)
    assert [each["transaction_id"] for each in page["transactions"]] == ["txn_1"]
    assert (page["last"], page["has_more"]) == ("txn_5", True)  # the next page begins after all of this one


async def test_an_empty_page_has_no_last(vendor: Vendor) -> None:
    page = await asked(vendor, "stripe", {"data": [], "has_more": False})
    assert page == {"transactions": [], "last": None, "has_more": False}
