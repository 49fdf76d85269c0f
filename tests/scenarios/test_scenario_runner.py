"""When a scenario's workflow is at rest, and time may fly."""

from __future__ import annotations

import pytest
from cityos_compiler.scenarios.histories import on_the_way
from temporalio.api.enums.v1 import EventType
from temporalio.api.history.v1 import HistoryEvent

TASK = (EventType.EVENT_TYPE_WORKFLOW_TASK_SCHEDULED, EventType.EVENT_TYPE_WORKFLOW_TASK_COMPLETED)
SENT = EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED


@pytest.mark.parametrize(
    ("kinds", "busy"),
    [
        (TASK, False),
        (TASK[:1], True),
        ((*TASK, SENT), True),
        ((*TASK, SENT, EventType.EVENT_TYPE_EXTERNAL_WORKFLOW_EXECUTION_SIGNALED), False),
        ((*TASK, SENT, EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED, TASK[0]), True),
        ((*TASK, SENT, EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_FAILED, *TASK), False),
    ],
)
def test_a_message_to_another_workflow_is_waited_for(kinds: tuple[EventType.ValueType, ...], busy: bool) -> None:
    assert on_the_way([HistoryEvent(event_type=kind) for kind in kinds]) == busy
