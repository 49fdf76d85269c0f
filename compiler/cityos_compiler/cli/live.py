"""A run as it happens: its steps, read from its history."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.client import WorkflowHandle


@dataclass(frozen=True)
class Moment:
    """Something that happened in a run."""

    at: datetime
    what: str
    kind: str


async def moments(handle: WorkflowHandle[Any, Any]) -> AsyncIterator[Moment]:
    """Follow a run to its end: steps, waits, signals."""
    names: dict[int, str] = {}
    async for event in handle.fetch_history_events(wait_new_event=True):
        at = event.event_time.ToDatetime(tzinfo=UTC)
        match event.event_type:
            case EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
                names[event.event_id] = event.activity_task_scheduled_event_attributes.activity_type.name
            case EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
                scheduled = event.activity_task_completed_event_attributes.scheduled_event_id
                yield Moment(at, names.get(scheduled, "?"), "ok")
            case EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED:
                failed = event.activity_task_failed_event_attributes
                kind = (
                    failed.failure.cause.application_failure_info.type or failed.failure.application_failure_info.type
                )
                yield Moment(at, names.get(failed.scheduled_event_id, "?"), f"failed ({kind})")
            case EventType.EVENT_TYPE_TIMER_STARTED:
                name = event.user_metadata.summary.data.decode().strip('"') or "timer"
                names[event.event_id] = name
                yield Moment(at, name, "waits")
            case EventType.EVENT_TYPE_TIMER_FIRED:
                yield Moment(
                    at,
                    names.get(event.timer_fired_event_attributes.started_event_id, "timer"),
                    "time is over",
                )
            case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
                yield Moment(at, event.workflow_execution_signaled_event_attributes.signal_name, "signal")
            case _:
                pass


def line(moment: Moment, start: datetime) -> str:
    """A moment as a line: days and time since the start, name, what became of it."""
    passed = max((moment.at - start).total_seconds(), 0.0)
    days, rest = divmod(int(passed), 86_400)
    hours, rest = divmod(rest, 3600)
    minutes, seconds = divmod(rest, 60)
    return f"  day {days} {hours:02}:{minutes:02}:{seconds:02}  {moment.what:<32} {moment.kind}"
