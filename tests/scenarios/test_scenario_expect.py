"""What scenarios may expect of the messages that a workflow sends."""

from __future__ import annotations

from typing import Any

import pytest
from cityos_compiler.scenarios.expect import Happened, compare

HAPPENED = Happened(
    ended="completed",
    emitted=[("workflow.step_parked", {}), ("order.cancelled", {"order_id": "ord_1", "refunded": "80.00"})],
    signalled=[("plan.cancelled", "tenant:t_001:order:ord_1:installments")],
)


@pytest.mark.parametrize(
    ("expect", "fits"),
    [
        ({"emitted": ["order.cancelled"]}, True),
        ({"emitted": ["order.placed"]}, False),
        ({"emitted": []}, False),
        ({"emitted": {"order.cancelled": {"refunded": "80"}}}, True),
        ({"emitted": {"order.cancelled": {"refunded": "81"}}}, False),
        ({"emitted": {"order.placed": {}}}, False),
        ({"signalled": {"plan.cancelled": ["tenant:t_001:order:ord_1:installments"]}}, True),
        ({"signalled": {"plan.cancelled": []}}, False),
        ({"signalled": {"escrow.cancelled": []}}, True),
    ],
)
def test_messages_are_compared(expect: dict[str, Any], fits: bool) -> None:
    assert (compare(expect, HAPPENED) == []) == fits


def test_the_runtimes_own_events_count_as_none() -> None:
    assert compare({"emitted": []}, Happened(ended="completed", emitted=[("workflow.step_parked", {})])) == []
