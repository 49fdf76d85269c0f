"""Operations as activities on the real server, against the sandbox city."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from cityos_runtime.activities import build_activities
from cityos_runtime.sandbox import Sandbox
from temporalio.client import Client
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Worker

from tests.sandbox.town import TOWN
from tests.worker.routine import Errand

pytestmark = pytest.mark.asyncio(loop_scope="session")
QUEUE = "errands"
ORDER = {"order_id": "o_1"}


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def town(temporal: WorkflowEnvironment) -> AsyncIterator[Sandbox]:
    """The sandbox city, with a worker over its operations."""
    sandbox = await Sandbox.start(TOWN)
    activities = build_activities(TOWN, environ=sandbox.environ)
    async with Worker(temporal.client, task_queue=QUEUE, workflows=[Errand], activities=activities):
        yield sandbox
    await sandbox.stop()


async def errand(client: Client, name: str, input: dict[str, Any], tenant: str, attempts: int = 3) -> Any:
    """What a workflow gets from the operation."""
    arguments = [name, input, tenant, attempts]
    return await client.execute_workflow(Errand.run, args=arguments, id=f"errand-{uuid4()}", task_queue=QUEUE)


async def test_a_result_comes_back_and_money_keeps_its_digits(temporal: WorkflowEnvironment, town: Sandbox) -> None:
    charge = {"intent": "pi_1", "amount": "10.500", "currency": "KWD"}
    got = await errand(temporal.client, "capture", charge, "w_1")
    assert got == {"result": {"status": "captured", "amount": "10.500"}}


async def test_a_lost_answer_is_found_by_the_next_attempt(temporal: WorkflowEnvironment, town: Sandbox) -> None:
    town.script("w_2", "createOrder", [{"lost": "answer"}])
    got = await errand(temporal.client, "createOrder", ORDER, "w_2")
    assert got == {"result": {"delivery_order_id": "do_1"}}
    assert [call.operation for call in town.calls("w_2")].count("createOrder") == 1


async def test_errors_carry_their_class_and_outcome(temporal: WorkflowEnvironment, town: Sandbox) -> None:
    town.script("w_3", "createOrder", [{"fails": "DeliveryZoneUnavailableError"}])
    got = await errand(temporal.client, "createOrder", ORDER, "w_3")
    assert (got["error"], got["outcome"]) == ("DeliveryZoneUnavailableError", "known")
    assert (got["system"], got["operation"], got["status"]) == ("delivery", "createOrder", 400)


@pytest.mark.parametrize(
    ("first", "outcome"), [({"lost": "request"}, "unknown"), ({"fails": "RateLimitError"}, "known")]
)
async def test_doubt_of_an_earlier_attempt_outlives_a_later_known_failure(
    temporal: WorkflowEnvironment, town: Sandbox, first: dict[str, Any], outcome: str
) -> None:
    tenant = f"w_4_{outcome}"
    # An operation without lookup or key: nothing settles what became of the first request.
    town.script(tenant, "cancelOrder", [first, {"fails": "RateLimitError"}])
    got = await errand(temporal.client, "cancelOrder", {"delivery_order_id": "do_1"}, tenant)
    assert (got["error"], got["outcome"]) == ("RateLimitError", outcome)
    assert len(town.calls(tenant)) == 3


async def test_a_lookup_is_an_activity_of_its_own(temporal: WorkflowEnvironment, town: Sandbox) -> None:
    got = await errand(temporal.client, "createOrder.lookup", ORDER, "w_5")
    assert got == {"result": None}
