"""What the runner of scenarios reads out of a history."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cityos_compiler.scenarios.histories import overtaken, signalling
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent


def test_a_workflow_whose_signal_is_under_way_is_not_idle() -> None:
    sent = HistoryEvent(event_id=5, event_type=EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED)
    delivered = HistoryEvent(event_type=EventType.EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED)
    delivered.external_workflow_execution_signaled_event_attributes.initiated_event_id = 5
    missing = HistoryEvent(event_type=EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED)
    missing.signal_external_workflow_execution_failed_event_attributes.initiated_event_id = 5
    timer = HistoryEvent(event_type=EventType.EVENT_TYPE_TIMER_STARTED)
    assert signalling([sent])
    assert signalling([sent, delivered])  # the workflow has not looked at the answer yet
    assert not signalling([sent, delivered, timer])
    assert not signalling([sent, missing, timer])


@pytest.mark.parametrize(
    ("answer", "after", "ahead"),
    [
        (EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED, timedelta(days=10), True),
        (EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED, timedelta(seconds=2), False),
        (EventType.EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED, timedelta(days=10), False),
    ],
)
def test_a_clock_that_went_ahead_of_a_message_is_noticed(
    answer: EventType.ValueType, after: timedelta, ahead: bool
) -> None:
    sent = HistoryEvent(event_id=5, event_type=EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED)
    sent.event_time.FromDatetime(datetime(2026, 1, 1, tzinfo=UTC))
    back = HistoryEvent(event_id=9, event_type=answer)
    back.event_time.FromDatetime(datetime(2026, 1, 1, tzinfo=UTC) + after)
    back.signal_external_workflow_execution_failed_event_attributes.initiated_event_id = 5
    assert overtaken([sent, back]) == ahead
