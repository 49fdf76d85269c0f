"""Loops, rounds, branches, parked steps, and what crosses continue-as-new."""

from __future__ import annotations

from typing import Any

import pytest
from cityos_runtime import Decision
from temporalio.client import WorkflowFailureError, WorkflowHandle, WorkflowUpdateFailedError
from temporalio.exceptions import ApplicationError

from tests.runtime.flows import ManyInput, OrderInput
from tests.runtime.world import World, refused, until

pytestmark = pytest.mark.asyncio(loop_scope="session")
ORDER = OrderInput(order_id="o_1")


async def plan(world: World, payments: int) -> WorkflowHandle[Any, Any]:
    """The plan with its payments sent before its first pass is over."""
    handle = await world.start("PlanFlow", ORDER, skipping=False)
    for number in range(1, payments + 1):
        await handle.signal("payment.paid", args=[{"number": number}, {"event_id": f"e_{number}"}])
    return handle


async def test_kept_signals_and_state_cross_continue_as_new(world: World) -> None:
    handle = await plan(world, 5)
    assert await handle.result() == {"paid": [1, 2, 3, 4, 5], "runs": 3}
    assert world.ran().count("reserveInventory") == 1
    assert len(set(world.keys("capturePayment"))) == 5


async def test_registrations_cross_continue_as_new(world: World) -> None:
    world.answers("capturePayment", *[{"payment_id": f"p_{number}"} for number in range(1, 5)])
    world.answers("capturePayment", refused("PaymentDeclinedError"))
    handle = await plan(world, 5)
    with pytest.raises(WorkflowFailureError) as caught:
        await handle.result()
    assert isinstance(caught.value.cause, ApplicationError)
    assert caught.value.cause.details[0]["undone"] == ["releaseInventory"]
    assert world.calls[-2].input == {"reservation_id": "res_1"}


async def test_each_round_has_a_key_of_its_own(world: World) -> None:
    world.answers("capturePayment", refused("PaymentDeclinedError"), refused("PaymentDeclinedError"))
    handle = await world.start("RoundsFlow", ORDER)
    assert (await handle.result())["status"] == "paid"
    assert len(set(world.keys("capturePayment"))) == 3


async def test_rounds_run_out(world: World) -> None:
    world.answers("capturePayment", *[refused("PaymentDeclinedError") for _ in range(4)])
    with pytest.raises(WorkflowFailureError) as caught:
        await (await world.start("RoundsFlow", ORDER)).result()
    assert isinstance(caught.value.cause, ApplicationError)
    assert caught.value.cause.type == "PaymentDeclinedError"
    assert caught.value.cause.message == "four times"
    assert "refundPayment" not in world.ran()


async def test_a_round_after_an_unknown_outcome_looks_up_first(world: World) -> None:
    world.answers("capturePayment", refused("TimeoutError", "unknown"))
    world.answers("capturePayment.lookup", {"payment_id": "pay_found"})
    handle = await world.start("RoundsFlow", ORDER)
    assert (await handle.result())["payment_id"] == "pay_found"
    assert world.ran() == ["capturePayment", "capturePayment.lookup"]


async def test_each_collects_failures_and_the_first_branch_wins(world: World) -> None:
    world.answers("reserveInventory", refused("OutOfStockError"))
    handle = await world.start("ManyFlow", ManyInput(orders=["a", "b", "c"]))
    result = await handle.result()
    assert result["reserved"] == ["res_1", "res_1", "quick"]
    assert len(result["failed"]) == 1
    assert len(set(world.keys("reserveInventory"))) == 3
    assert world.ran()[-1] == "refundPayment"


async def test_each_stops_at_a_failure_and_undoes_what_is_done(world: World) -> None:
    world.answers("reserveInventory", {"reservation_id": "r"}, refused("OutOfStockError"))
    handle = await world.start("ManyFlow", ManyInput(orders=["a", "b"], on_failure="stop"))
    with pytest.raises(WorkflowFailureError):
        await handle.result()
    assert world.ran() == ["reserveInventory", "reserveInventory", "releaseInventory"]


async def parked(world: World) -> WorkflowHandle[Any, Any]:
    """An order whose notice failed after the pivot."""
    world.answers("notifyCustomer", refused("NotificationError"))
    handle = await world.start("OrderFlow", OrderInput(order_id="o_1", pivot=True))

    async def is_parked() -> bool:
        return bool((await handle.query("getWorkflowStatus"))["parked"])

    await until(is_parked)
    return handle


async def test_a_parked_step_is_retried_with_a_changed_payload(world: World) -> None:
    handle = await parked(world)
    assert (await handle.query("getWorkflowStatus"))["current_state"] == "parked"
    assert world.events() == ["workflow.step_parked"]
    decision = Decision(step="notifyCustomer", action="retry", payload={"order_id": "o_2"})
    await handle.execute_update("decide", decision)
    assert (await handle.result())["status"] == "placed"
    notices = [call for call in world.calls if call.operation == "notifyCustomer"]
    assert [call.input["order_id"] for call in notices] == ["o_1", "o_2"]
    assert len({call.key for call in notices}) == 2


async def test_a_parked_step_is_skipped(world: World) -> None:
    handle = await parked(world)
    await handle.execute_update("decide", Decision(step="notifyCustomer", action="skip", result={}))
    assert (await handle.result())["status"] == "placed"
    assert world.ran().count("notifyCustomer") == 1


async def test_a_parked_step_is_failed(world: World) -> None:
    handle = await parked(world)
    await handle.execute_update("decide", Decision(step="notifyCustomer", action="fail"))
    with pytest.raises(WorkflowFailureError) as caught:
        await handle.result()
    assert isinstance(caught.value.cause, ApplicationError)
    assert caught.value.cause.type == "NotificationError"


@pytest.mark.parametrize(
    ("decision", "error_class"),
    [
        (Decision(step="capturePayment", action="fail"), "NotParkedError"),
        (Decision(step="notifyCustomer", action="retry", payload={"order_id": [1]}), "ValidationError"),
    ],
)
async def test_a_decision_that_does_not_fit_is_refused(world: World, decision: Decision, error_class: str) -> None:
    handle = await parked(world)
    with pytest.raises(WorkflowUpdateFailedError) as caught:
        await handle.execute_update("decide", decision)
    assert isinstance(caught.value.cause, ApplicationError)
    assert caught.value.cause.type == error_class
    await handle.execute_update("decide", Decision(step="notifyCustomer", action="skip", result={}))
    await handle.result()
