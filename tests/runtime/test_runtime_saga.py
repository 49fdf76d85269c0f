"""Compensation: order, unknown outcomes, cancellation, giving up."""

from __future__ import annotations

from typing import Any

import pytest
from temporalio.client import WorkflowFailureError, WorkflowHandle
from temporalio.exceptions import ApplicationError, CancelledError

from tests.runtime.flows import LateInput, OrderInput
from tests.runtime.world import World, refused, until, workflows

pytestmark = pytest.mark.asyncio(loop_scope="session")
ORDER = OrderInput(order_id="o_1")


async def failure(handle: WorkflowHandle[Any, Any]) -> ApplicationError:
    with pytest.raises(WorkflowFailureError) as caught:
        await handle.result()
    assert isinstance(caught.value.cause, ApplicationError)
    return caught.value.cause


async def test_runs_in_order_and_then_finally(world: World) -> None:
    handle = await world.start("OrderFlow", ORDER)
    assert await handle.result() == {"status": "placed", "payment_id": "pay_1"}
    assert world.ran() == ["reserveInventory", "capturePayment", "notifyCustomer", "recordAuditLog"]
    status = await handle.query("getWorkflowStatus")
    assert status["current_state"] == "placed"
    assert status["total_steps"] == 4
    assert status["current_step"] == 4
    assert status["tenant_id"] == "t_1"


async def test_undoes_newest_first_and_says_so(world: World) -> None:
    world.answers("notifyCustomer", refused("NotificationError"))
    error = await failure(await world.start("OrderFlow", ORDER))
    assert error.type == "NotificationError"
    assert error.details[0]["undone"] == ["refundPayment", "releaseInventory"]
    assert world.ran()[-3:] == ["refundPayment", "releaseInventory", "recordAuditLog"]
    assert world.events() == ["workflow.compensated"]


async def test_what_surely_did_not_happen_is_not_undone(world: World) -> None:
    world.answers("capturePayment", refused("PaymentDeclinedError"))
    error = await failure(await world.start("OrderFlow", ORDER))
    assert error.details[0]["undone"] == ["releaseInventory"]
    assert "capturePayment.lookup" not in world.ran()


@pytest.mark.parametrize(
    ("found", "undone"),
    [(None, ["releaseInventory"]), ({"payment_id": "pay_9"}, ["refundPayment", "releaseInventory"])],
)
async def test_an_unknown_outcome_is_looked_up(world: World, found: dict[str, str] | None, undone: list[str]) -> None:
    world.answers("capturePayment", refused("NetworkError", "unknown"))
    world.answers("capturePayment.lookup", found)
    error = await failure(await world.start("OrderFlow", ORDER))
    assert error.details[0]["undone"] == undone
    assert world.keys("capturePayment.lookup") == world.keys("capturePayment")
    assert [call.input for call in world.calls if call.operation == "refundPayment"] == (
        [{"payment_id": "pay_9"}] if found else []
    )


async def test_retries_keep_their_key_and_steps_have_their_own(world: World) -> None:
    busy = refused("SystemBusyError", retryable=True)
    world.answers("reserveInventory", busy, busy)
    await (await world.start("OrderFlow", ORDER)).result()
    keys = world.keys("reserveInventory")
    assert len(keys) == 3
    assert len(set(keys)) == 1
    assert world.keys("capturePayment")[0] not in keys


async def test_a_compensation_that_gives_up_is_reported(world: World) -> None:
    world.answers("notifyCustomer", refused("NotificationError"))
    world.answers("refundPayment", refused("GatewayError"))
    error = await failure(await world.start("OrderFlow", ORDER))
    assert error.type == "NotificationError"
    assert error.details[0]["not_undone"] == ["refundPayment"]
    assert error.details[0]["undone"] == ["releaseInventory"]
    assert world.events() == ["workflow.compensation_failed", "workflow.compensated"]


async def test_a_failing_finally_changes_nothing(world: World) -> None:
    world.answers("recordAuditLog", refused("AuditError"))
    assert (await (await world.start("OrderFlow", ORDER)).result())["status"] == "placed"


async def test_cancelled_before_the_pivot_undoes(world: World) -> None:
    handle = await world.start("OrderFlow", ORDER, skipping=False)
    await world.forward(handle, minutes=10)
    await handle.cancel()
    with pytest.raises(WorkflowFailureError) as caught:
        await handle.result()
    assert isinstance(caught.value.cause, CancelledError)
    assert world.ran()[2:] == ["refundPayment", "releaseInventory", "recordAuditLog"]
    status = await handle.query("getWorkflowStatus")
    assert status["current_state"] == "cancelled"
    assert status["undone"] == ["refundPayment", "releaseInventory"]


async def test_cancelled_in_the_middle_of_a_step_waits_for_what_it_did(world: World) -> None:
    world.answers("capturePayment", "gate")
    handle = await world.start("OrderFlow", ORDER)
    await world.started.wait()
    await handle.cancel()
    world.gate.set()
    with pytest.raises(WorkflowFailureError) as caught:
        await handle.result()
    assert isinstance(caught.value.cause, CancelledError)
    assert world.ran()[2:] == ["refundPayment", "releaseInventory", "recordAuditLog"]


async def test_cancelled_in_the_moment_of_the_answer_keeps_the_answer(idle_world: World) -> None:
    """Both reach the flow in one workflow task, which the SDK would answer with the cancellation alone."""
    world = idle_world
    world.answers("capturePayment", "gate")
    async with workflows(world.environment):
        handle = await world.start("OrderFlow", ORDER)
        await world.started.wait()
    await handle.cancel()
    world.gate.set()
    await until(lambda: is_answered(handle, "capturePayment"))
    async with workflows(world.environment):
        with pytest.raises(WorkflowFailureError) as caught:
            await handle.result()
    assert isinstance(caught.value.cause, CancelledError)
    assert world.ran()[2:] == ["refundPayment", "releaseInventory", "recordAuditLog"]


async def is_answered(handle: WorkflowHandle[Any, Any], operation: str) -> bool:
    """Whether the server has the answer of an activity."""
    events = [event async for event in handle.fetch_history_events()]
    ids = {
        event.event_id
        for event in events
        if event.activity_task_scheduled_event_attributes.activity_type.name == operation
    }
    return any(event.activity_task_completed_event_attributes.scheduled_event_id in ids for event in events)


async def test_cancelled_after_the_pivot_goes_on(world: World) -> None:
    handle = await world.start("OrderFlow", OrderInput(order_id="o_1", pivot=True), skipping=False)
    await world.forward(handle, minutes=10)
    await handle.cancel()
    await world.forward(handle, hours=2)
    assert (await handle.result())["status"] == "placed"
    assert world.ran()[2:] == ["notifyCustomer", "recordAuditLog"]
    assert (await handle.query("getWorkflowStatus"))["cancel_requested"] is True


async def test_the_deadline_undoes(world: World) -> None:
    error = await failure(await world.start("DeadlineFlow", LateInput(order_id="o_1")))
    assert error.type == "TimeoutError"
    assert error.details[0]["undone"] == ["releaseInventory"]


async def test_the_deadline_ends_nothing_after_the_pivot(world: World) -> None:
    handle = await world.start("DeadlineFlow", LateInput(order_id="o_1", pivot=True))
    assert (await handle.result())["status"] == "late"
    assert world.ran() == ["reserveInventory"]
