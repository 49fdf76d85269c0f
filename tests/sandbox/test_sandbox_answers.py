"""The sandbox answers as the systems would: what the bindings read is the example."""

from __future__ import annotations

from decimal import Decimal

import httpx
import pytest
from cityos_runtime.sandbox import Sandbox

from tests.sandbox.town import Caller

CHARGE = {"intent": "pi_1", "amount": "10.5", "currency": "KWD"}


async def test_every_example_can_be_answered(sandbox: Sandbox) -> None:
    assert sandbox.inexact() == []


async def test_examples_are_written_where_the_result_reads_them(caller: Caller) -> None:
    got = await caller.call("createOrder", {"order_id": "o_1"})
    assert got == {"delivery_order_id": "do_1", "stops": "18:00", "order_id": "o_1"}
    assert await caller.call("listOrders", {"status": "open"}) == {"orders": ["do_1", "do_2"]}
    assert await caller.call("cancelOrder", {"delivery_order_id": "do/1"}) == {}


@pytest.mark.parametrize("gateway", ["stripe", "hyperpay"])
@pytest.mark.parametrize("status", ["captured", "requires_action"])
async def test_gateways_say_the_same_in_their_own_words(
    sandbox: Sandbox, client: httpx.AsyncClient, gateway: str, status: str
) -> None:
    caller = Caller(sandbox, client, gateway=gateway)
    sandbox.script("t_1", "capture", [{"answers": {"status": status}}])
    got = await caller.call("capture", CHARGE)
    assert got == {"status": status, "amount": Decimal("10.500")}
    sent = {"stripe": {"amount": "10500", "metadata": {"by": "wf_1"}}}
    hyperpay = {"amount": "10.5", "customer": {"id": "pi_1"}, "entityId": "sandbox-hyperpay-entity"}
    assert sandbox.calls("t_1")[0].body == sent.get(gateway, hyperpay)


async def test_calls_say_what_was_asked(sandbox: Sandbox, caller: Caller) -> None:
    await caller.call("capture", CHARGE, key="key_7")
    call = sandbox.calls("t_1")[0]
    assert (call.system, call.operation, call.workflow_id, call.key) == (
        "payment",
        "capture",
        "wf_1",
        "key_7",
    )
    assert (call.status, call.committed) == (200, True)
    assert call.input == {"intent": "pi_1", "amount": Decimal("10.500"), "currency": "KWD"}
    assert sandbox.calls("another tenant") == []


@pytest.mark.parametrize(
    ("method", "path", "headers", "body", "status"),
    [
        ("POST", "/delivery/order", {}, b"{}", 404),
        ("PUT", "/delivery/orders", {}, b"{}", 404),
        ("POST", "/nowhere/orders", {}, b"{}", 404),
        ("POST", "/delivery/orders", {"Authorization": "Bearer wrong"}, b"{}", 401),
        ("POST", "/delivery/orders", {"Authorization": ""}, b"{}", 401),
        ("POST", "/delivery/orders", {}, b'{"internal_id": "k", "colour": "red"}', 400),
        ("POST", "/delivery/orders", {}, b'{"meta": {"colour": "red"}}', 400),
        ("POST", "/delivery/orders", {}, b"{", 400),
        ("POST", "/delivery/orders", {"Content-Type": "text/plain"}, b"{}", 415),
        ("GET", "/delivery/orders?colour=red", {}, b"", 400),
        ("POST", "/payment-stripe/intents/pi_1/capture", {"Content-Type": "x-www-form-urlencoded"}, b"", 401),
    ],
)
async def test_what_the_real_system_refuses_is_refused(
    sandbox: Sandbox,
    client: httpx.AsyncClient,
    method: str,
    path: str,
    headers: dict[str, str],
    body: bytes,
    status: int,
) -> None:
    known = {
        "Authorization": f"Bearer {sandbox.environ['DELIVERY_KEY']}",
        "Content-Type": "application/json",
        **headers,
    }
    response = await client.request(method, sandbox.url + path, headers=known, content=body)
    assert response.status_code == status
    assert sandbox.calls()[0].refused
    assert not sandbox.calls()[0].committed


async def test_a_header_key_must_be_there(sandbox: Sandbox, client: httpx.AsyncClient) -> None:
    known = {"Authorization": f"Bearer {sandbox.environ['STRIPE_KEY']}"}
    response = await client.post(f"{sandbox.url}/payment-stripe/intents/pi_1/capture", headers=known)
    assert (response.status_code, "Idempotency-Key" in response.text) == (400, True)


async def test_the_command_line_interface_of_tests(sandbox: Sandbox, client: httpx.AsyncClient) -> None:
    script = {"operation": "createOrder", "script": [{"fails": "NoSuchError"}], "tenant": "t_1"}
    faults = f"{sandbox.url}/_city/faults"
    assert (await client.get(f"{sandbox.url}/_city/health")).json() == {"status": "ok"}
    assert (await client.post(faults, json=script)).status_code == 400
    script["script"] = [{"fails": "RateLimitError"}]
    assert (await client.post(faults, json=script)).status_code == 200
    assert sandbox.state.next_entry("t_1", "createOrder") == {"fails": "RateLimitError"}
    assert (await client.delete(faults)).status_code == 200
    assert sandbox.state.next_entry("t_1", "createOrder") == {}
    assert (await client.get(f"{sandbox.url}/_city/calls")).json() == []
