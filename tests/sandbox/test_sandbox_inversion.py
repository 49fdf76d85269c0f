"""What the sandbox reads back out of requests."""

from __future__ import annotations

import pytest
from cityos_runtime.sandbox.inversion import assign

from cityos_dsl.expr.parse import parse


@pytest.mark.parametrize("said", ["1767225600", "2026-01-01T00:00:00Z"])
def test_a_time_is_counted_in_seconds_however_it_is_said(said: str) -> None:
    env: dict[str, object] = {"input": {}}
    assign(parse("int(timestamp(input.since))"), said, env, frozenset({"input"}))
    assert env == {"input": {"since": 1767225600}}
