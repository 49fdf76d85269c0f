"""A run as it happens: its steps, read from its history."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import ActivityTaskScheduledEventAttributes, HistoryEvent
from temporalio.client import WorkflowHandle


@dataclass(frozen=True)
class Moment:
    """Something that happened in a run."""

    at: datetime
    what: str
    kind: str
    summary: str = ""


async def moments(handle: WorkflowHandle[Any, Any]) -> AsyncIterator[Moment]:
    """Follow a run to its end: steps, waits, signals."""
    names: dict[int, str] = {}
    summaries: dict[int, str] = {}
    async for event in handle.fetch_history_events(wait_new_event=True):
        at = event.event_time.ToDatetime(tzinfo=UTC)
        match event.event_type:
            case EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
                names[event.event_id] = _step(event.activity_task_scheduled_event_attributes)
                summaries[event.event_id] = _summary(event)
            case EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED:
                scheduled = event.activity_task_completed_event_attributes.scheduled_event_id
                yield Moment(at, names.get(scheduled, "?"), "ok", summaries.get(scheduled, ""))
            case EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED:
                failed = event.activity_task_failed_event_attributes
                kind = (
                    failed.failure.cause.application_failure_info.type or failed.failure.application_failure_info.type
                )
                yield Moment(at, names.get(failed.scheduled_event_id, "?"), f"failed ({kind})")
            case EventType.EVENT_TYPE_TIMER_STARTED:
                name = _summary(event) or "timer"
                names[event.event_id] = name
                most = event.timer_started_event_attributes.start_to_fire_timeout.ToTimedelta()
                yield Moment(at, name, f"waits, at most {span(most)}")
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


def _summary(event: HistoryEvent) -> str:
    return event.user_metadata.summary.data.decode().strip('"')


def _step(scheduled: ActivityTaskScheduledEventAttributes) -> str:
    """The step's name, with the operation's where the step has one of its own."""
    operation = scheduled.activity_type.name
    try:
        step = str(json.loads(scheduled.input.payloads[1].data)["step"])
    except (IndexError, KeyError, ValueError):
        return operation
    return operation if step in (operation, "") else f"{step} ({operation})"


def line(moment: Moment, start: datetime) -> str:
    """A moment as a line: days and time since the start, name, what became of it."""
    days, hours, minutes, seconds = _clock(max(moment.at - start, timedelta()))
    told = f"{moment.kind:<8} {moment.summary}" if moment.summary else moment.kind
    return f"  day {days} {hours:02}:{minutes:02}:{seconds:02}  {moment.what:<32} {told}".rstrip()


def span(length: timedelta) -> str:
    """A length of time as specs write it: `2d 1h`."""
    units = zip(_clock(length), "dhms", strict=True)
    return " ".join(f"{count}{unit}" for count, unit in units if count) or "0s"


def _clock(length: timedelta) -> tuple[int, int, int, int]:
    """Days, hours, minutes, seconds."""
    days, rest = divmod(round(length.total_seconds()), 86_400)
    hours, rest = divmod(rest, 3600)
    minutes, seconds = divmod(rest, 60)
    return days, hours, minutes, seconds
