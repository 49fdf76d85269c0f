"""Waits: signals early, repeated, invalid or not meant; meanwhile; the clock."""

from __future__ import annotations

from typing import Any

import pytest
from temporalio.client import WorkflowHandle

from tests.runtime.flows import OrderInput
from tests.runtime.world import World

pytestmark = pytest.mark.asyncio(loop_scope="session")
ORDER = OrderInput(order_id="o_1")


async def waiting(world: World) -> WorkflowHandle[Any, Any]:
    """A KYC workflow at its wait, its clock standing still."""
    handle = await world.start("KycFlow", ORDER, skipping=False)
    await world.forward(handle, hours=2)
    return handle


async def signals(handle: WorkflowHandle[Any, Any]) -> dict[str, int]:
    counts: dict[str, int] = (await handle.query("getWorkflowStatus"))["signals"]
    return counts


async def test_a_signal_that_comes_early_is_kept(world: World) -> None:
    handle = await world.start("KycFlow", ORDER, skipping=False)
    await handle.signal("kyc.approved", {"by": "ann", "level": 2})
    await world.forward(handle, hours=2)
    assert await handle.result() == {"status": "approved", "by": "ann", "revocations": 0, "reminders": 0}


async def test_the_one_that_is_meant_ends_the_wait(world: World) -> None:
    handle = await waiting(world)
    await handle.signal("kyc.approved", {"by": "bob", "level": 1})
    await handle.signal("identity.approved", {"by": "ann", "level": 2})
    assert (await handle.result())["by"] == "ann"
    assert (await signals(handle))["kept"] == 1


async def test_what_is_invalid_repeated_or_unknown_is_counted(world: World) -> None:
    handle = await waiting(world)
    await handle.signal("kyc.rejected", {"cause": "a field that is not the one"})
    await handle.signal("kyc.approved", args=[{"by": "bob"}, {"event_id": "e_1"}])
    await handle.signal("kyc.approved", args=[{"by": "bob"}, {"event_id": "e_1"}])
    await handle.signal("nobody.knows", {})
    await handle.signal("kyc.rejected", {"reason": "expired passport"})
    assert (await handle.result())["status"] == "rejected"
    counts = await signals(handle)
    assert (counts["invalid"], counts["duplicate"], counts["unknown"]) == (1, 1, 1)
    assert (counts["received"], counts["claimed"], counts["kept"]) == (2, 1, 1)


async def test_meanwhile_may_leave_the_block(world: World) -> None:
    handle = await waiting(world)
    await handle.signal("credential.revoked", {})
    result = await handle.result()
    assert (result["status"], result["revocations"]) == ("revoked", 1)


async def test_meanwhile_goes_on_where_it_was(world: World) -> None:
    handle = await waiting(world)
    await handle.signal("credential.revoked", {"leave": False})
    await handle.signal("credential.revoked", {"leave": False})
    await handle.signal("kyc.approved", {"by": "ann", "level": 3})
    result = await handle.result()
    assert (result["status"], result["revocations"]) == ("approved", 2)


async def test_the_deadline_comes_after_the_timers_before_it(world: World) -> None:
    handle = await world.start("KycFlow", ORDER)
    result = await handle.result()
    assert (result["status"], result["reminders"]) == ("expired", 3)
    keys = world.keys("notifyCustomer")
    assert len(set(keys)) == 3


async def test_a_reminder_does_not_end_the_wait(world: World) -> None:
    handle = await world.start("KycFlow", ORDER, skipping=False)
    await world.forward(handle, days=3)
    await handle.signal("kyc.approved", {"by": "ann", "level": 2})
    result = await handle.result()
    assert (result["status"], result["reminders"]) == ("approved", 1)
