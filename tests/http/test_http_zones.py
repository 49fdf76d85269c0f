"""Personal data stays in its residency zone, whatever the specs and their checks have overlooked."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest
from cityos_runtime.binding import Bound
from cityos_runtime.context import Tenant
from cityos_runtime.http import look_up, perform
from temporalio.exceptions import ApplicationError

from tests.http.vendor import Vendor, context, environ, operation


def regional(*zones: str) -> Bound:
    """An operation that takes an address, of a system in these zones."""
    binding = {"request": "POST /labels", "body": {"to": "input.address"}, "result": {"label": "body.id"}}
    bound = operation(binding, spec={"personal": ["address"], "input": {"address": {}, "weight": {}}})
    return replace(bound, system=bound.system.model_copy(update={"zones": zones}))


async def called(vendor: Vendor, bound: Bound, zone: str, input: dict[str, Any]) -> str:
    """What the vendor's label was, or the error class."""

    told = context(tenant=Tenant(id="t_1", zone=zone))
    async with httpx.AsyncClient() as client:
        try:
            return str((await perform(bound, input, told, client, environ(vendor)))["label"])
        except ApplicationError as error:
            assert "Main Street" not in str(error)  # what is refused isn't told either
            return str(error.type)


@pytest.mark.parametrize(
    ("zones", "zone", "input", "comes"),
    [
        (("EU",), "EU", {"address": "1 Main Street"}, "l_1"),
        (("EU",), "GCC", {"address": "1 Main Street"}, "ComplianceViolationError"),
        (("EU",), "GCC", {"weight": 3}, "l_1"),
        (("EU",), "", {"address": "1 Main Street"}, "ComplianceViolationError"),
        (("EU", "GLOBAL"), "", {"address": "1 Main Street"}, "l_1"),
        ((), "GCC", {"address": "1 Main Street"}, "l_1"),
    ],
)
async def test_a_zone(vendor: Vendor, zones: tuple[str, ...], zone: str, input: dict[str, Any], comes: str) -> None:
    vendor.answers = [(200, '{"id": "l_1"}')]
    assert await called(vendor, regional(*zones), zone, input) == comes
    assert len(vendor.sent) == (comes == "l_1")


async def test_a_lookup_tells_nothing_either(vendor: Vendor) -> None:

    async with httpx.AsyncClient() as client:
        with pytest.raises(ApplicationError):
            await look_up(regional("EU"), {"address": "x"}, context(tenant=Tenant(id="t", zone="GCC")), client, {})
    assert vendor.sent == []
