"""Messages, decisions and schedules from the command line, against a running city."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest_asyncio
from cityos_compiler.passes import check
from cityos_compiler.scenarios.model import read_scenarios
from cityos_runtime.local import LocalCity

from tests.cli.test_commands import ROOT, cityosc


class Operator:
    """Somebody at the command line."""

    def __init__(self, city: LocalCity) -> None:
        self.address = city.client.service_client.config.target_host

    async def says(self, *arguments: str) -> tuple[int, str]:
        """The exit code and all that was printed."""
        done = await asyncio.to_thread(cityosc, *arguments, "--address", self.address)
        return done.returncode, done.stdout + done.stderr


@pytest_asyncio.fixture
async def operator() -> AsyncIterator[Operator]:
    city = await LocalCity.open(ROOT / "generated")
    try:
        yield Operator(city)
    finally:
        await city.stop()


def order() -> dict[str, Any]:
    """What places an order."""
    scenarios, _, _ = read_scenarios(ROOT / "specs" / "tests", ROOT)
    return next(each.input for each in scenarios if each.workflow == "OrderPlacementWorkflow")


async def test_an_event_starts_its_workflow_once(operator: Operator) -> None:
    event = ("event", "order.placed", "--tenant", "t_001", "--event-id", "evt_1", "--with", json.dumps(order()))
    started = (0, f"started tenant:t_001:order:{order()['order_id']}:placement\n")
    assert await operator.says(*event) == started
    assert await operator.says(*event) == started  # the same event: the same answer, and no second order
    again = (*event[:5], "evt_2", *event[6:])
    assert "not started again: tenant:t_001:order:" in (await operator.says(*again))[1]


async def test_a_dead_message_is_decided_about(operator: Operator) -> None:
    event = ("event", "order.lost", "--tenant", "t_001", "--event-id", "evt_3", "--wait", "0.5")
    assert await operator.says(*event) == (0, "order.lost waits in tenant:t_001:inbox:evt_3: nobody takes it yet\n")
    assert (await operator.says("query", "tenant:t_001:inbox:evt_3", "getInboxState"))[1].count("dead_letter") == 1
    assert (await operator.says("decide", "tenant:t_001:inbox:evt_3", "drop"))[0] == 0
    code, text = await operator.says("decide", "tenant:t_001:inbox:evt_3", "drop")
    assert (code, "Traceback" in text) == (1, False)


async def test_schedules_are_set_up(operator: Operator) -> None:
    scheduled = [each.id for each in check(ROOT).workflows if any(trigger.schedule for trigger in each.triggers)]
    assert "WF-054" in scheduled

    def all_are(done: str) -> tuple[int, str]:
        return 0, "".join(f"cityos:{name} {done}\n" for name in scheduled)

    assert await operator.says("schedules", "--dry-run") == all_are("is in the specs")
    assert await operator.says("schedules") == all_are("created")
    assert await operator.says("schedules") == all_are("updated")


async def test_what_is_no_json_is_wrong_usage(operator: Operator) -> None:
    assert (await operator.says("event", "order.placed", "--tenant", "t_001", "--with", "{"))[0] == 2
