"""Temporal schedules, as the specs say them."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from temporalio.client import (
    Client,
    Schedule,
    ScheduleActionStartWorkflow,
    ScheduleAlreadyRunningError,
    ScheduleIntervalSpec,
    ScheduleOverlapPolicy,
    SchedulePolicy,
    ScheduleSpec,
    ScheduleUpdate,
)
from temporalio.service import RPCError

from cityos_runtime.context import Context
from cityos_runtime.dispatch.messages import QUEUE
from cityos_runtime.dispatch.sweep import Over, Sweep, SweepWorkflow

PREFIX = "cityos:"
"""What the ids of the specs' schedules begin with; others are left alone."""


@dataclass(frozen=True)
class Applied:
    """What was done to the schedules."""

    created: list[str]
    updated: list[str]
    removed: list[str]


def schedules(manifest: Mapping[str, Any], context: Context) -> dict[str, Schedule]:
    """The schedules of all compiled workflows, by their ids."""
    found = {}
    for entry in manifest["workflows"]:
        for number, each in enumerate(entry.get("schedules", []), start=1):
            name = f"{PREFIX}{entry['id']}" + (f":{number}" if number > 1 else "")
            found[name] = _schedule(entry, each, manifest.get("tenants", {}), context)
    return found


def _schedule(
    entry: Mapping[str, Any], each: Mapping[str, Any], tenants: Mapping[str, Any], context: Context
) -> Schedule:
    over = Over(**each["over"]) if "over" in each else None
    sweep = Sweep(workflow=entry["type"], task_queue=entry["task_queue"], workflow_id=entry["workflow_id"],
                  inputs=entry["input"], defaults=entry.get("defaults", {}), tenants=dict(tenants),
                  again=entry.get("again", "never"), over=over)  # fmt: skip
    cadence = each["cadence"]
    spec = ScheduleSpec(cron_expressions=[cadence["cron"]]) if "cron" in cadence else ScheduleSpec(
        intervals=[ScheduleIntervalSpec(every=timedelta(seconds=cadence["every"]))]
    )  # fmt: skip
    policy = SchedulePolicy(overlap=ScheduleOverlapPolicy[each.get("overlap", "skip").upper()])
    if each.get("catch_up") is not None:
        policy.catchup_window = timedelta(seconds=each["catch_up"])
    action = ScheduleActionStartWorkflow(
        SweepWorkflow.run,
        args=[sweep, context],
        id=f"scheduled:{entry['id']}",
        task_queue=QUEUE,
        static_summary=entry["summary"],
    )
    return Schedule(action=action, spec=spec, policy=policy)


async def apply(client: Client, wanted: Mapping[str, Schedule]) -> Applied:
    """Make the server's schedules those of the specs: new ones created, old ones removed, the others updated.

    Whether one is paused stays an operator's decision.
    """
    there = [each.id async for each in await client.list_schedules() if each.id.startswith(PREFIX)]
    applied = Applied([], [], [])
    for name, schedule in wanted.items():
        try:
            await client.create_schedule(name, schedule)
            applied.created.append(name)
        except ScheduleAlreadyRunningError:
            await _update(client, name, schedule)
            applied.updated.append(name)
    for name in there:
        if name not in wanted:
            with contextlib.suppress(RPCError):  # the list may be older than another's removal
                await client.get_schedule_handle(name).delete()
                applied.removed.append(name)
    return applied


async def _update(client: Client, name: str, schedule: Schedule) -> None:
    handle = client.get_schedule_handle(name)
    await handle.update(
        lambda there: ScheduleUpdate(
            schedule=Schedule(
                action=schedule.action,
                spec=schedule.spec,
                policy=schedule.policy,
                state=there.description.schedule.state,
            )
        )
    )
