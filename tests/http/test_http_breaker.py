"""Circuit breakers: a system that keeps failing is left alone, probed, and trusted again."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import httpx
import pytest
from cityos_runtime.binding import Bound
from cityos_runtime.breaker import Breaker, BreakerLimits, Breakers
from cityos_runtime.http import perform
from hypothesis import given
from hypothesis import strategies as st
from temporalio.exceptions import ApplicationError

from tests.http.vendor import Vendor, context, environ, operation

LIMITS = BreakerLimits(failures=3, within=60, recover_after=30, probes=2)


class Clock:
    """A clock that is moved by hand."""

    def __init__(self) -> None:
        self.now = 1000.0

    def __call__(self) -> float:
        return self.now


def broken(clock: Clock) -> Breaker:
    """A breaker that has just opened."""
    breaker = Breaker(LIMITS, clock)
    for _ in range(3):
        assert breaker.rest() is None
        breaker.failed()
    return breaker


def test_it_opens_at_the_last_failure_that_it_takes() -> None:
    breaker = Breaker(LIMITS, Clock())
    for _ in range(2):
        breaker.failed()
    assert breaker.rest() is None
    breaker.failed()
    assert breaker.rest() == timedelta(seconds=30)


def test_failures_that_are_long_ago_do_not_count() -> None:
    clock = Clock()
    breaker = Breaker(LIMITS, clock)
    for _ in range(10):
        breaker.failed()
        clock.now += 31
    assert not breaker.is_open


def test_after_its_rest_a_few_calls_probe_it_and_close_it() -> None:
    clock = Clock()
    breaker = broken(clock)
    clock.now += 30
    assert [breaker.rest(), breaker.rest()] == [None, None]
    assert breaker.rest() is not None  # two probes are enough
    breaker.succeeded()
    assert breaker.is_open
    breaker.succeeded()
    assert not breaker.is_open
    assert breaker.rest() is None


def test_a_probe_that_fails_opens_it_anew() -> None:
    clock = Clock()
    breaker = broken(clock)
    clock.now += 30
    assert breaker.rest() is None
    breaker.failed()
    assert breaker.rest() == timedelta(seconds=30)


def test_a_probe_that_is_cancelled_makes_room_for_another() -> None:
    clock = Clock()
    breaker = broken(clock)
    clock.now += 30
    for _ in range(5):
        assert breaker.rest() is None
        breaker.gave_up()


@given(st.lists(st.tuples(st.sampled_from(["ask", "succeeded", "failed", "gave_up"]), st.floats(0, 40))))
def test_it_never_closes_itself_off_for_good(history: list[tuple[str, float]]) -> None:
    clock = Clock()
    breaker = Breaker(LIMITS, clock)
    asked = 0
    for what, passed in history:
        clock.now += passed
        if what == "ask":
            asked += breaker.rest() is None
        elif asked:
            asked -= 1
            getattr(breaker, what)()
    for _ in range(asked):
        breaker.gave_up()
    clock.now += LIMITS.recover_after
    assert breaker.rest() is None


async def call(vendor: Vendor, bound: Bound, breakers: Breakers) -> dict[str, Any]:
    async with httpx.AsyncClient() as client:
        return await perform(bound, {}, context(), client, environ(vendor), None, breakers)


async def refused(vendor: Vendor, bound: Bound, breakers: Breakers) -> ApplicationError:
    with pytest.raises(ApplicationError) as caught:
        await call(vendor, bound, breakers)
    return caught.value


def guarded() -> Bound:
    """An operation of a system that has a breaker."""
    bound = operation({"request": "POST /orders", "result": {"order": "body.id"}})
    return replace(bound, system=bound.system.model_copy(update={"circuit_breaker": LIMITS}))


async def test_a_broken_system_is_not_asked_and_temporal_is_told_when(vendor: Vendor) -> None:
    clock, bound = Clock(), guarded()
    breakers = Breakers(clock)
    vendor.answers = [(503, "{}"), (500, "{}"), (502, "{}"), (200, '{"id": "o_1"}')]
    for _ in range(3):
        assert (await refused(vendor, bound, breakers)).type == "ExternalAPIError"
    error = await refused(vendor, bound, breakers)
    assert (error.type, error.non_retryable, error.next_retry_delay) == (
        "CircuitBreakerOpenError", False, timedelta(seconds=30),
    )  # fmt: skip
    assert error.details[0]["outcome"] == "known"  # nothing was sent: nothing is to be undone
    assert len(vendor.sent) == 3
    clock.now += 30
    assert await call(vendor, bound, breakers) == {"order": "o_1"}


async def test_refusals_are_answers(vendor: Vendor) -> None:
    bound, breakers = guarded(), Breakers(Clock())
    vendor.answers = [(409, "{}")]
    for _ in range(5):
        assert (await refused(vendor, bound, breakers)).type == "DuplicateRequestError"
    assert len(vendor.sent) == 5
