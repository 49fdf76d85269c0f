"""Children, signals between workflows, blocks with a deadline, listening to a cancellation."""

from __future__ import annotations

import pytest

from tests.runtime.catalogue import QUEUE
from tests.runtime.families import ChildInput, ParentInput
from tests.runtime.world import World

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_children_are_called_started_and_signalled(world: World) -> None:
    handle = await world.start("ParentFlow", ParentInput(order_id="o_1"))
    result = await handle.result()
    assert result["payments"] == 7
    assert result["signalled"] == [False, True, True]
    started = world.environment.client.get_workflow_handle(f"{handle.id}:started")
    assert await started.result() == {"payments": 1}


async def test_a_group_over_its_deadline_stays_and_can_be_undone(world: World) -> None:
    handle = await world.start("ParentFlow", ParentInput(order_id="o_1"))
    assert (await handle.result())["in_time"] is False
    assert world.ran() == ["reserveInventory", "releaseInventory"]


async def test_the_error_class_of_a_child_comes_through(world: World) -> None:
    handle = await world.start("ParentFlow", ParentInput(order_id="o_1", fails=True))
    assert (await handle.result())["error"] == "ChildError"


async def test_a_block_may_listen_to_the_cancellation(world: World) -> None:
    handle = await world.start("ListenFlow", ChildInput(order_id="o_1"), skipping=False)
    await world.forward(handle, days=1)
    await handle.cancel()
    assert await handle.result() == {"status": "called off"}
    assert world.ran() == ["notifyCustomer"]


async def test_plain_json_arguments_are_enough(world: World) -> None:
    """What an operator types: two arguments, no types."""
    handle = await world.environment.client.start_workflow(
        "ChildFlow",
        args=[{"order_id": "o_1"}, {"tenant": {"id": "t_9"}}],
        id="tenant:t_9:child",
        task_queue=QUEUE,
        start_signal="payment.paid",
        start_signal_args=[{"number": 3}],
    )
    assert await handle.result() == {"payments": 3}
