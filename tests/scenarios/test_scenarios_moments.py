"""What the runner of scenarios reads out of a history."""

from __future__ import annotations

from cityos_compiler.scenarios.runner import _signalling
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent


def test_a_workflow_whose_signal_is_under_way_is_not_idle() -> None:
    sent = HistoryEvent(event_id=5, event_type=EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED)
    delivered = HistoryEvent(event_type=EventType.EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED)
    delivered.external_workflow_execution_signaled_event_attributes.initiated_event_id = 5
    missing = HistoryEvent(event_type=EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED)
    missing.signal_external_workflow_execution_failed_event_attributes.initiated_event_id = 5
    timer = HistoryEvent(event_type=EventType.EVENT_TYPE_TIMER_STARTED)
    assert _signalling([sent])
    assert _signalling([sent, delivered])  # the workflow has not looked at the answer yet
    assert not _signalling([sent, delivered, timer])
    assert not _signalling([sent, missing, timer])
