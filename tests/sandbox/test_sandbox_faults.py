"""Faults by script, and what the systems' ways of idempotency make of repeated requests."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import httpx
import pytest
from cityos_runtime.sandbox import Sandbox
from temporalio.exceptions import ApplicationError

from tests.sandbox.town import Caller

ORDER = {"order_id": "o_1"}
CHARGE = {"intent": "pi_1", "amount": "10.5", "currency": "KWD"}


async def failing(caller: Caller, name: str, input: dict[str, Any], **more: Any) -> ApplicationError:
    with pytest.raises(ApplicationError) as caught:
        await caller.call(name, input, **more)
    return caught.value


def committed(sandbox: Sandbox, operation: str) -> int:
    return sum(call.committed for call in sandbox.calls() if call.operation == operation)


@pytest.mark.parametrize(
    ("operation", "error", "outcome"),
    [
        ("createOrder", "DeliveryZoneUnavailableError", "known"),
        ("createOrder", "RateLimitError", "known"),
        ("createOrder", "ExternalAPIError", "unknown"),
        ("createOrder", "TimeoutError", "unknown"),
        ("capture", "FraudDetectedError", "known"),
        ("capture", "PaymentDeclinedError", "known"),
        ("capture", "AuthenticationError", "known"),
    ],
)
@pytest.mark.parametrize("gateway", ["stripe"])
async def test_every_error_class_comes_from_a_real_answer(
    sandbox: Sandbox, client: httpx.AsyncClient, operation: str, error: str, outcome: str, gateway: str
) -> None:
    sandbox.script("t_1", operation, [{"fails": error}])
    caller = Caller(sandbox, client, gateway=gateway)
    failed = await failing(caller, operation, CHARGE if operation == "capture" else ORDER)
    assert (failed.type, failed.details[0]["outcome"]) == (error, outcome)
    assert committed(sandbox, operation) == 0


async def test_a_result_code_in_a_good_status(sandbox: Sandbox, client: httpx.AsyncClient) -> None:
    sandbox.script("t_1", "capture", [{"fails": "PaymentDeclinedError"}])
    failed = await failing(Caller(sandbox, client, gateway="hyperpay"), "capture", CHARGE)
    assert failed.type == "PaymentDeclinedError"


@pytest.mark.parametrize(
    ("operation", "entry"),
    [
        ("createOrder", {"fails": "FraudDetectedError"}),
        ("createOrder", {"explodes": True}),
        ("noSuchOperation", {"status": 500}),
    ],
)
async def test_what_cannot_be_is_refused_when_scripted(sandbox: Sandbox, operation: str, entry: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=r"FraudDetectedError|explodes|noSuchOperation"):
        sandbox.script("t_1", operation, [entry])


async def test_a_lost_answer_was_carried_out_and_is_found(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.script("t_1", "createOrder", [{"lost": "answer", "times": 1}])
    failed = await failing(caller, "createOrder", ORDER)
    assert (failed.type, failed.details[0]["outcome"]) == ("TimeoutError", "unknown")
    again = await caller.call("createOrder", ORDER, attempt=2)
    assert (again, committed(sandbox, "createOrder")) == ({"delivery_order_id": "do_1"}, 1)
    assert await caller.find("createOrder", ORDER, key="another") is None


async def test_a_lost_request_was_not_carried_out(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.script("t_1", "createOrder", [{"lost": "request", "times": 1}])
    await failing(caller, "createOrder", ORDER)
    assert (committed(sandbox, "createOrder"), await caller.find("createOrder", ORDER)) == (0, None)
    await caller.call("createOrder", ORDER, attempt=2)
    assert committed(sandbox, "createOrder") == 1


async def test_the_same_header_key_gets_the_same_answer(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.script("t_1", "capture", [{"answers": {"status": "requires_action"}}, {}])
    first = await caller.call("capture", CHARGE)
    second = await caller.call("capture", CHARGE)
    other = await caller.call("capture", CHARGE, key="key_2")
    assert (first == second, other["status"], committed(sandbox, "capture")) == (True, "captured", 2)


async def test_a_unique_field_refuses_the_second_and_the_lookup_finds_the_first(
    sandbox: Sandbox, caller: Caller
) -> None:
    assert await caller.call("post", {"total": "1.50"}) == {"entry": "JE-1"}
    assert await caller.call("post", {"total": "1.50"}) == {"entry": "JE-1"}
    assert committed(sandbox, "post") == 1
    assert [call.status for call in sandbox.calls()] == [200, 400, 200]


async def test_without_idempotency_twice_is_twice(sandbox: Sandbox, caller: Caller) -> None:
    for _ in range(2):
        await caller.call("cancelOrder", {"delivery_order_id": "do_1"})
    assert committed(sandbox, "cancelOrder") == 2


async def test_rate_limits_say_how_long_to_wait(sandbox: Sandbox, caller: Caller) -> None:
    sandbox.script("t_1", "createOrder", [{"rate_limit": 7}])
    failed = await failing(caller, "createOrder", ORDER)
    assert (failed.type, failed.next_retry_delay) == ("RateLimitError", timedelta(seconds=7))


async def test_a_script_is_one_tenants_and_its_last_entry_stays(sandbox: Sandbox, client: httpx.AsyncClient) -> None:
    sandbox.script("t_1", "listOrders", [{"status": 500}, {"answers": {"orders": []}}])
    one, other = Caller(sandbox, client), Caller(sandbox, client, tenant="t_2")
    await failing(one, "listOrders", {})
    assert [await one.call("listOrders", {}) for _ in range(2)] == [{"orders": []}] * 2
    assert await other.call("listOrders", {}) == {"orders": ["do_1", "do_2"]}
    sandbox.clear("t_1")
    assert await one.call("listOrders", {}) == {"orders": ["do_1", "do_2"]}
