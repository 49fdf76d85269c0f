"""Messages on the real server: they start workflows, find them, wait for them, and end as dead letters."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from cityos_runtime import Context, Tenant
from cityos_runtime.dispatch import inbox as inbox_module
from cityos_runtime.dispatch.addresses import query
from cityos_runtime.dispatch.inbox import InboxWorkflow
from cityos_runtime.dispatch.messages import QUEUE, Delivery, Message
from cityos_runtime.dispatch.routing import Routing
from cityos_runtime.dispatch.sending import send
from temporalio.client import WorkflowHandle, WorkflowUpdateFailedError
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from tests.runtime import catalogue
from tests.runtime.dispatched import ROUTES, ReachedFlow
from tests.runtime.world import PASSED_THROUGH, World, until

pytestmark = pytest.mark.asyncio(loop_scope="session")


class Town:
    """Sends messages, and looks at what became of them."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.client = world.environment.client
        self.number = uuid4().hex[:8]

    def order(self, name: str = "o") -> str:
        """An order's id, of this test alone."""
        return f"{name}-{self.number}"

    async def send(
        self, name: str, payload: dict[str, Any], *, tenant: str = "t_1", event_id: str = ""
    ) -> WorkflowHandle[Any, Delivery]:
        """Give a message to the city; its clock stands still, or three days would pass at once."""
        context = Context(tenant=Tenant(id=tenant), correlation_id="c_1", search_attributes=True)
        message = Message(name=name, payload=payload, event_id=event_id or uuid4().hex)
        with self.world.environment.with_time_skipping_disabled():
            return await send(self.client, message, context)

    async def delivered(self, name: str, payload: dict[str, Any], **how: str) -> Delivery:
        """The same, and what became of it."""
        return await (await self.send(name, payload, **how)).result()

    async def status(self, inbox: WorkflowHandle[Any, Any]) -> str:
        """Where a message stands."""
        return (await inbox.query(InboxWorkflow.state)).status

    async def reaches(self, inbox: WorkflowHandle[Any, Any], status: str) -> None:
        """Wait until a message stands there."""

        async def there() -> bool:
            return await self.status(inbox) == status

        await until(there)

    def flow(self, order: str, tenant: str = "t_1") -> WorkflowHandle[Any, Any]:
        """An order's workflow."""
        return self.client.get_workflow_handle(f"tenant:{tenant}:order:{order}", result_type=dict)

    async def is_indexed(self, order: str, tenant: str = "t_1") -> None:
        """Wait until the index knows the order's payment."""

        async def known() -> bool:
            found = self.client.list_workflows(
                f"WorkflowId = 'tenant:{tenant}:order:{order}' AND CityAddress IS NOT NULL"
            )
            return bool([run async for run in found])

        await until(known)


KEPT = timedelta(minutes=2)
"""Three days are eighty attempts, which tell no more than these seven."""


@pytest_asyncio.fixture(loop_scope="session")
async def town(idle_world: World, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Town]:
    monkeypatch.setattr(inbox_module, "KEPT_FOR", KEPT)
    sandbox = SandboxedWorkflowRunner(restrictions=PASSED_THROUGH)
    client = idle_world.environment.client
    flows = Worker(client, task_queue=catalogue.QUEUE, workflows=[ReachedFlow], workflow_runner=sandbox,
                   max_cached_workflows=0)  # fmt: skip
    inboxes = Worker(client, task_queue=QUEUE, workflows=[InboxWorkflow], activities=[Routing(ROUTES).route],
                     workflow_runner=sandbox, max_cached_workflows=0)  # fmt: skip
    async with flows, inboxes:
        yield Town(idle_world)


async def test_an_event_starts_the_first_workflow_that_wants_it(town: Town) -> None:
    plain = await town.delivered("order.placed", {"order_id": town.order()})
    assert plain.started == [f"tenant:t_1:order:{town.order()}"]
    gift = await town.delivered("order.placed", {"order_id": town.order("g"), "gift": True})
    assert gift.started == [f"tenant:t_1:order:gift-{town.order('g')}"]


async def test_an_event_under_another_name_starts_the_same(town: Town) -> None:
    made = await town.delivered("order.made", {"order_id": town.order()})
    assert made.started == [f"tenant:t_1:order:{town.order()}"]


async def test_an_event_that_nobody_wants_is_no_dead_letter(town: Town) -> None:
    assert (await town.delivered("gift.placed", {"order_id": town.order()})).status == "nobody"


async def test_the_same_event_twice_starts_once(town: Town) -> None:
    event_id = uuid4().hex
    first = await town.delivered("order.placed", {"order_id": town.order()}, event_id=event_id)
    second = await town.delivered("order.placed", {"order_id": town.order()}, event_id=event_id)
    assert first == second
    assert town.world.ran().count("capturePayment") <= 1


async def test_an_order_that_ran_never_runs_again(town: Town) -> None:
    await town.delivered("order.placed", {"order_id": town.order()})
    again = await town.delivered("order.placed", {"order_id": town.order()})
    assert (again.started, again.not_started) == ([], [f"tenant:t_1:order:{town.order()}"])


async def test_after_its_end_it_may_run_again_and_not_before(town: Town) -> None:
    order = {"order_id": town.order()}
    await town.delivered("order.repeated", order)
    assert (await town.delivered("order.repeated", order)).not_started
    await town.delivered("order.rung", order)
    await town.flow(town.order()).result()
    assert (await town.delivered("order.repeated", order)).started


async def test_a_second_start_may_wait_for_the_first(town: Town) -> None:
    order = {"order_id": town.order()}
    await town.delivered("order.queued", order)
    second = await town.send("order.queued", order)
    await town.reaches(second, "waiting")
    await town.delivered("order.rung", order)
    await town.flow(town.order()).result()
    await town.world.environment.fast_forward(second, timedelta(seconds=30))
    assert (await second.result()).started


async def test_a_second_start_may_be_a_signal_to_the_first(town: Town) -> None:
    order = {"order_id": town.order()}
    await town.delivered("order.called", order)
    second = await town.delivered("order.called", order)
    assert second.delivered_to == [f"tenant:t_1:order:{town.order()}"]
    assert (await town.flow(town.order()).result())["heard"] == "order.called"


async def test_a_webhook_finds_its_workflow_by_a_value_that_a_step_brought(town: Town) -> None:
    town.world.answers("capturePayment", {"payment_id": town.order("pay")})
    await town.delivered("order.placed", {"order_id": town.order()})
    await town.is_indexed(town.order())
    settled = await town.delivered("payment.settled", {"payment_id": town.order("pay")})
    assert settled.delivered_to == [f"tenant:t_1:order:{town.order()}"]
    assert (await town.flow(town.order()).result())["heard"] == "payment.settled"


async def test_a_message_that_is_too_early_waits_for_its_workflow(town: Town) -> None:
    early = await town.send("payment.settled", {"payment_id": town.order("pay")})
    await town.reaches(early, "waiting")
    town.world.answers("capturePayment", {"payment_id": town.order("pay")})
    await town.delivered("order.placed", {"order_id": town.order()})
    await town.is_indexed(town.order())
    await town.world.environment.fast_forward(early, timedelta(seconds=30))
    assert (await early.result()).delivered_to == [f"tenant:t_1:order:{town.order()}"]
    assert (await town.flow(town.order()).result())["heard"] == "payment.settled"


async def test_another_tenants_message_finds_nothing(town: Town) -> None:
    town.world.answers("capturePayment", {"payment_id": town.order("pay")})
    await town.delivered("order.placed", {"order_id": town.order()})
    await town.is_indexed(town.order())
    foreign = await town.send("payment.settled", {"payment_id": town.order("pay")}, tenant="t_2")
    by_id = await town.send("order.rung", {"order_id": town.order(), "tenant_id": "t_1"}, tenant="t_2")
    for inbox in (foreign, by_id):
        await town.world.environment.fast_forward(inbox, KEPT)
        await town.reaches(inbox, "dead_letter")
    await town.delivered("order.rung", {"order_id": town.order()})
    assert (await town.flow(town.order()).result()) == {"heard": "order.called", "duplicates": 0}


@pytest.mark.parametrize("tenant", ["t_1' OR CityTenant = 't_2", "", "t 1", "a\nb"])
async def test_a_tenants_name_cannot_change_the_question(tenant: str) -> None:
    with pytest.raises(ValueError, match="no tenant's id"):
        query(tenant, ["payment.*|payment_id|00"])


async def test_what_nobody_takes_in_three_days_waits_for_an_operator(town: Town) -> None:
    inbox = await town.send("payment.settled", {"payment_id": town.order("pay")})
    await town.reaches(inbox, "waiting")
    with pytest.raises(WorkflowUpdateFailedError):
        await inbox.execute_update("decide", {"action": "drop"})
    await town.world.environment.fast_forward(inbox, KEPT)
    await town.reaches(inbox, "dead_letter")
    await inbox.execute_update("decide", {"action": "drop"})
    assert (await inbox.result()).status == "dropped"


async def test_a_dead_message_may_be_tried_again(town: Town) -> None:
    inbox = await town.send("order.rung", {"order_id": town.order()})
    await town.world.environment.fast_forward(inbox, KEPT)
    await town.reaches(inbox, "dead_letter")
    await town.delivered("order.placed", {"order_id": town.order()})
    await inbox.execute_update("decide", {"action": "retry"})
    assert (await inbox.result()).delivered_to == [f"tenant:t_1:order:{town.order()}"]


@pytest.mark.parametrize(
    ("name", "payload", "reason"),
    [
        ("payment.lost", {}, "there is no event or signal"),
        ("payment.settled", {"payment": 1}, "payment_id: Field required"),
    ],
)
async def test_what_can_go_nowhere_is_dead_at_once(town: Town, name: str, payload: dict[str, Any], reason: str) -> None:
    inbox = await town.send(name, payload)
    await town.reaches(inbox, "dead_letter")
    assert reason in (await inbox.query(InboxWorkflow.state)).reason
