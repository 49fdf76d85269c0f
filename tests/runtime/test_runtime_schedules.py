"""Schedules on the real server: each row starts a workflow, and each workflow knows what it gave the last time."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from cityos_runtime import Context, Tenant
from cityos_runtime.dispatch.messages import QUEUE
from cityos_runtime.dispatch.schedules import PREFIX, apply, schedules
from cityos_runtime.dispatch.sweep import SweepWorkflow, Swept
from temporalio.client import Client, ScheduleActionExecutionStartWorkflow, ScheduleOverlapPolicy
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner

from tests.runtime import catalogue
from tests.runtime.swept import SweptFlow
from tests.runtime.world import PASSED_THROUGH, World, until

pytestmark = pytest.mark.asyncio(loop_scope="session")
CONTEXT = Context(tenant=Tenant(id="platform", zone="GLOBAL", currency="USD", gateway="stripe"))
KNOWN = {"zone": "EU", "currency": "EUR", "gateway": "stripe", "timezone": "Europe/Paris", "locale": "fr"}


def manifest(again: str = "after_end", **schedule: Any) -> dict[str, Any]:
    """One workflow of a number of its own, with its schedule."""
    over = {"operation": "listShops", "task_queue": catalogue.QUEUE, "timeout": 5}
    entry = {"id": f"WF-{uuid4().hex[:8]}", "type": "SweptFlow", "task_queue": catalogue.QUEUE, "summary": "Count.",
             "workflow_id": "scheduled:{tenant_id}:{shop}:count", "input": ["shop"], "again": again,
             "schedules": [{"cadence": {"every": 86400.0}, "over": over, **schedule}]}  # fmt: skip
    return {"workflows": [entry], "tenants": {"t_1": KNOWN, "t_2": KNOWN}}


@pytest_asyncio.fixture(loop_scope="session")
async def client(idle_world: World) -> AsyncIterator[Client]:
    sandbox = SandboxedWorkflowRunner(restrictions=PASSED_THROUGH)
    client = idle_world.environment.client
    flows = Worker(client, task_queue=catalogue.QUEUE, workflows=[SweptFlow], workflow_runner=sandbox)
    sweeps = Worker(client, task_queue=QUEUE, workflows=[SweepWorkflow], workflow_runner=sandbox)
    async with flows, sweeps:
        yield client
    await apply(client, {})


async def swept(client: Client, name: str, times: int) -> Swept:
    """Trigger a schedule, and what came of it the so-many-eth time."""
    handle = client.get_schedule_handle(name)
    await handle.trigger()

    async def ran() -> bool:
        return (await handle.describe()).info.num_actions >= times

    await until(ran)
    run = (await handle.describe()).info.recent_actions[-1].action
    assert isinstance(run, ScheduleActionExecutionStartWorkflow)
    result: Swept = await client.get_workflow_handle(run.workflow_id, result_type=Swept).result()
    return result


async def test_every_row_starts_its_workflow_which_knows_the_last_time(idle_world: World, client: Client) -> None:
    rows = {"rows": [{"tenant_id": "t_1", "shop": "north"}, {"tenant_id": "t_2", "shop": "south"}]}
    idle_world.answers("listShops", rows, rows)
    told = manifest()
    await apply(client, schedules(told, CONTEXT))
    name = f"{PREFIX}{told['workflows'][0]['id']}"
    first = await swept(client, name, 1)
    assert first.results == {
        "scheduled:t_1:north:count": {"tenant": {"id": "t_1", **KNOWN}, "shop": "north", "count": 1},
        "scheduled:t_2:south:count": {"tenant": {"id": "t_2", **KNOWN}, "shop": "south", "count": 1},
    }
    second = await swept(client, name, 2)
    assert [each["count"] for each in second.results.values()] == [2, 2]


async def test_an_id_that_may_not_start_again_does_not(idle_world: World, client: Client) -> None:
    rows = {"rows": [{"tenant_id": "t_1", "shop": "once"}]}
    idle_world.answers("listShops", rows, rows)
    told = manifest(again="never")
    await apply(client, schedules(told, CONTEXT))
    name = f"{PREFIX}{told['workflows'][0]['id']}"
    first, second = await swept(client, name, 1), await swept(client, name, 2)
    assert len(first.results) == 1
    assert not first.failed
    assert list(second.failed) == list(first.results)
    assert second.results == first.results  # what it gave when it ran is still its last result


async def test_no_tenant_runs_in_another_ones_zone_or_currency(idle_world: World, client: Client) -> None:
    kuwait = {"zone": "GCC", "currency": "KWD", "gateway": "tap", "timezone": "Asia/Kuwait", "locale": "ar"}
    rows = [
        {"tenant_id": "t_9", "shop": "north", "currency": "KWD"},
        {"tenant_id": "t_8", "shop": "east", **kuwait},
        {"tenant_id": "t_7", "shop": "west", **kuwait, "zone": ""},
        {"tenant_id": "t_1", "shop": "south", "gateway": "tap"},
    ]
    idle_world.answers("listShops", {"rows": rows})
    told = manifest()
    await apply(client, schedules(told, CONTEXT))
    result = await swept(client, f"{PREFIX}{told['workflows'][0]['id']}", 1)
    assert {name: each["tenant"] for name, each in result.results.items()} == {
        "scheduled:t_8:east:count": {"id": "t_8", **kuwait},
        "scheduled:t_1:south:count": {"id": "t_1", **KNOWN, "gateway": "tap"},
    }
    assert result.failed == {
        "tenant t_9": "its row was refused: nothing says the zone, gateway, timezone, locale of tenant t_9",
        "tenant t_7": "its row was refused: nothing says the zone of tenant t_7",
    }


async def test_a_row_that_fails_stops_no_other(idle_world: World, client: Client) -> None:
    idle_world.answers("listShops", {"rows": [{"shop": "closed"}, {"shop": "open"}]})
    told = manifest()
    await apply(client, schedules(told, CONTEXT))
    result = await swept(client, f"{PREFIX}{told['workflows'][0]['id']}", 1)
    assert list(result.results) == ["scheduled:platform:open:count"]
    assert "nobody there" in result.failed["scheduled:platform:closed:count"]


async def test_an_id_takes_the_default_of_what_a_row_does_not_say(idle_world: World, client: Client) -> None:
    idle_world.answers("listShops", {"rows": [{"shop": "north"}, {"shop": "south", "lane": 2}, {"lane": 3}]})
    told = manifest()
    told["workflows"][0] |= {"workflow_id": "scheduled:{tenant_id}:{shop}:{lane}", "input": ["shop", "lane"],
                             "defaults": {"lane": 1}}  # fmt: skip
    await apply(client, schedules(told, CONTEXT))
    result = await swept(client, f"{PREFIX}{told['workflows'][0]['id']}", 1)
    assert sorted(result.results) == ["scheduled:platform:north:1", "scheduled:platform:south:2"]
    assert result.failed == {"row 3": "its id needs `shop`, and the row doesn't say it"}


async def test_the_servers_schedules_become_those_of_the_specs(client: Client) -> None:
    told = manifest(overlap="buffer_one", catch_up=600.0)
    name = f"{PREFIX}{told['workflows'][0]['id']}"
    assert (await apply(client, schedules(told, CONTEXT))).created == [name]
    handle = client.get_schedule_handle(name)
    await handle.pause()
    told["workflows"][0]["schedules"][0] |= {"cadence": {"cron": "0 6 * * *"}, "overlap": "skip"}
    assert (await apply(client, schedules(told, CONTEXT))).updated == [name]
    there = (await handle.describe()).schedule
    assert there.policy.overlap is ScheduleOverlapPolicy.SKIP
    assert there.policy.catchup_window == timedelta(minutes=10)
    assert there.spec.calendars  # the server keeps a cron text as a calendar
    assert there.state.paused

    async def listed() -> bool:
        return name in [each.id async for each in await client.list_schedules()]

    await until(listed)
    assert (await apply(client, {})).removed == [name]
