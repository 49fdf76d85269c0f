"""What the history of a running workflow says about where it is."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

from cityos_runtime.interpreter.dynamic import FETCH
from temporalio.api.enums.v1 import EventType

AHEAD = timedelta(minutes=1)
"""More than a message ever takes: the clock went on meanwhile."""


def signals_sent(events: Iterable[Any]) -> Iterator[tuple[str, str]]:
    """The signals that a workflow sent to others, and their ids."""
    for event in events:
        if event.event_type == EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED:
            sent = event.signal_external_workflow_execution_initiated_event_attributes
            yield sent.signal_name, sent.workflow_execution.workflow_id


def without_fetching(events: Iterable[Any]) -> Iterator[Any]:
    """The events but for those by which an interpreted workflow gets its definition: no step of it does that."""
    fetching: set[int] = set()
    for event in events:
        attributes = getattr(event, str(event.WhichOneof("attributes")))
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED and attributes.activity_type.name == FETCH:
            fetching.add(event.event_id)
        elif getattr(attributes, "scheduled_event_id", None) not in fetching:
            yield event


def answered(events: Iterable[Any]) -> int:
    """How many operations have come to their end."""
    return sum(event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED for event in events)


def closed(events: list[Any]) -> bool:
    """Whether the run has ended."""
    return events[-1].event_type in (
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED,
        EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED,
    )


def on_the_way(events: list[Any]) -> bool:
    """Whether a message to another workflow, or a task of its own, is on its way: no description shows the first."""
    kinds = Counter(event.event_type for event in events)
    sent = kinds[EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED]
    answered = (
        kinds[EventType.EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED]
        + kinds[EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED]
    )
    done = (
        kinds[EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED]
        + kinds[EventType.EVENT_TYPE_WORKFLOW_TASK_FAILED]
        + kinds[EventType.EVENT_TYPE_WORKFLOW_TASK_TIMED_OUT]
    )
    return sent > answered or kinds[EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED] > done


def calling(events: list[Any]) -> bool:
    """Whether a called workflow is at work, which no timer of the caller's shows."""
    kinds = Counter(event.event_type for event in events)
    ended = sum(
        kinds[kind]
        for kind in (
            EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_FAILED,
            EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_COMPLETED,
            EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_FAILED,
            EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_CANCELED,
            EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TIMED_OUT,
            EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_TERMINATED,
        )
    )
    return kinds[EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED] > ended


def overtaken(events: Iterable[Any]) -> bool:
    """Whether the virtual clock went on while a message was on its way, and its addressee was gone when it came.

    The server holds its clock for tasks and activities, but not for a signal to another workflow: on a busy machine a
    timer may fire between the sending and the delivery. Such a run says nothing about the workflow.
    """
    sent: dict[int, datetime] = {}
    for event in events:
        when = event.event_time.ToDatetime(tzinfo=UTC)
        if event.event_type == EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED:
            sent[event.event_id] = when
        elif event.event_type == EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED:
            initiated = event.signal_external_workflow_execution_failed_event_attributes.initiated_event_id
            if when - sent[initiated] > AHEAD:
                return True
    return False


def overrun(events: Iterable[Any], slow: Collection[str]) -> bool:
    """Whether a busy machine let an attempt at an operation run out of time that the scenario doesn't call ``slow``.

    Such a run says nothing about the workflow either.
    """
    operations: dict[int, str] = {}
    for event in events:
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED:
            operations[event.event_id] = event.activity_task_scheduled_event_attributes.activity_type.name
        elif (failed := _FAILURES.get(event.event_type)) is not None:
            attributes = getattr(event, f"{failed[0]}_event_attributes")
            failure = getattr(attributes, failed[1])
            late = failure.HasField("timeout_failure_info") or failure.application_failure_info.type == "TimeoutError"
            if late and operations[attributes.scheduled_event_id] not in slow:
                return True
    return False


_FAILURES = {
    EventType.EVENT_TYPE_ACTIVITY_TASK_STARTED: ("activity_task_started", "last_failure"),
    EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED: ("activity_task_failed", "failure"),
    EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT: ("activity_task_timed_out", "failure"),
}
"""The events that tell of a failed attempt, their attributes, and the failure in them."""


def step_time(events: list[Any], step: str) -> datetime | None:
    """When an operation was scheduled, or a wait's timer set."""
    for event in events:
        if event.event_type == EventType.EVENT_TYPE_TIMER_STARTED and re.match(rf"{step}\b", summary(event)):
            return event.event_time.ToDatetime(tzinfo=UTC)  # type: ignore[no-any-return]  # protobuf has no types here
        scheduled = event.activity_task_scheduled_event_attributes
        if event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED and step in _names(scheduled):
            return event.event_time.ToDatetime(tzinfo=UTC)  # type: ignore[no-any-return]  # protobuf has no types here
    return None


def summary(event: Any) -> str:
    """The summary that the workflow gave an order; a timer's begins with its step's name."""
    held = event.user_metadata.summary.data
    return str(json.loads(held)) if held else ""


def _names(scheduled: Any) -> set[str]:
    """An activity's operation, and the step that runs it, which its context says."""
    payloads = scheduled.input.payloads
    context = json.loads(payloads[1].data) if len(payloads) > 1 else {}
    return {scheduled.activity_type.name, str(context.get("step"))}


_AT_WORK = (
    EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED,
    EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED,
    EventType.EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED,
    EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED,
)


def signalling(events: list[Any]) -> bool:
    """Whether a signal to another workflow is under way or just answered, which no description of a run tells."""
    sent: set[int] = set()
    for event in events:
        match event.event_type:
            case EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED:
                sent.add(event.event_id)
            case EventType.EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED:
                sent.discard(event.external_workflow_execution_signaled_event_attributes.initiated_event_id)
            case EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED:
                sent.discard(event.signal_external_workflow_execution_failed_event_attributes.initiated_event_id)
    return bool(sent) or events[-1].event_type in _AT_WORK


def next_timer(events: list[Any]) -> datetime | None:
    """When the earliest timer that is still set will fire."""
    timers: dict[int, datetime] = {}
    for event in events:
        if event.event_type == EventType.EVENT_TYPE_TIMER_STARTED:
            wait = event.timer_started_event_attributes.start_to_fire_timeout.ToTimedelta()
            timers[event.event_id] = event.event_time.ToDatetime(tzinfo=UTC) + wait
        elif event.event_type == EventType.EVENT_TYPE_TIMER_FIRED:
            timers.pop(event.timer_fired_event_attributes.started_event_id, None)
        elif event.event_type == EventType.EVENT_TYPE_TIMER_CANCELED:
            timers.pop(event.timer_canceled_event_attributes.started_event_id, None)
    return min(timers.values(), default=None)
