"""Cadences of schedules: what they mean, and what is none."""

from __future__ import annotations

import pytest
from cityos_compiler.lowering.cadence import cadence
from hypothesis import given
from hypothesis import strategies as st


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("every 15m", {"every": 900.0}),
        ("every: 5m", {"every": 300.0}),
        ("daily 06:00", {"cron": "0 6 * * *"}),
        ("weekly sunday 00:00", {"cron": "0 0 * * 0"}),
        ("weekly wed 9:30", {"cron": "30 9 * * 3"}),
        ("monthly 1 03:05", {"cron": "5 3 1 * *"}),
        ("quarterly 03:00", {"cron": "0 3 1 1,4,7,10 *"}),
        ("*/15 6-18 * * 1,3,5", {"cron": "*/15 6-18 * * 1,3,5"}),
        ("0 6 29 2 *", {"cron": "0 6 29 2 *"}),
        ("0 6 31 2-3 *", {"cron": "0 6 31 2-3 *"}),
        ("0 6 31 2 1", {"cron": "0 6 31 2 1"}),  # on Mondays of February, whatever the day
    ],
)
def test_what_a_cadence_means(text: str, meaning: dict[str, object]) -> None:
    assert cadence(text) == meaning


@pytest.mark.parametrize(
    "text",
    [
        "every 5",
        "daily",
        "daily 24:00",
        "weekly 00:00",
        "monthly 31 00:00",
        "0 24 * * *",
        "0 6 * *",
        "now",
        "",
        "0 6 31 2 *",
        "0 6 31 4,6,9,11 *",
        "0 6 30/1 2 *",
    ],
)
def test_what_is_no_cadence_comes_with_help(text: str) -> None:
    assert isinstance(cadence(text), str)


@given(st.integers(0, 23), st.integers(0, 59))
def test_every_time_of_day_is_kept(hour: int, minute: int) -> None:
    assert cadence(f"daily {hour:02}:{minute:02}") == {"cron": f"{minute} {hour} * * *"}


@given(st.text())
def test_no_text_raises(text: str) -> None:
    assert cadence(text) is not None
