"""The comparison of a run on the server with one in this process: it finds what is made to differ, and nothing else."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cityos_compiler.cli.scenarios import signal_examples
from cityos_compiler.passes import check
from cityos_compiler.scenarios import simulated
from cityos_compiler.scenarios.differing import compared
from cityos_compiler.scenarios.model import read_scenarios
from cityos_compiler.scenarios.outcome import Outcome
from cityos_compiler.scenarios.runner import run_all
from cityos_runtime.local import LocalCity
from cityos_runtime.virtual import Answered, Asked, Run
from cityos_runtime.virtual.activities import Terms
from cityos_runtime.virtual.clock import Appointment, Clock
from temporalio.common import RetryPolicy

from tests.comparing import compiled_place

ROOT = Path(__file__).parents[2]
REMINDERS = "three reminders in vain"
TWO_PAYOUTS = "our balance is too small for one of two - the other one is paid"
LATE = "nobody opens the door"
"""A message comes in the very moment of a timer."""


@pytest.fixture(scope="module")
def there() -> dict[str, Outcome]:
    """Scenarios as they ran on the server, by name."""
    scenarios, _, _ = read_scenarios(ROOT / "specs" / "tests", ROOT)
    chosen = [each for each in scenarios if each.name in (REMINDERS, TWO_PAYOUTS, LATE)]
    return asyncio.run(_on_the_server(chosen))


async def _on_the_server(chosen: list[Any]) -> dict[str, Outcome]:
    city = await LocalCity.open(ROOT / "generated", examples=signal_examples(check(ROOT).project))
    try:
        return {outcome.scenario.name: outcome for outcome in await run_all(city, chosen)}
    finally:
        await city.stop()


@pytest.fixture(scope="module")
def differences(there: dict[str, Outcome]) -> Callable[[str], list[str]]:
    """What a scenario does differently in this process."""
    examples = signal_examples(check(ROOT).project)
    return lambda name: compared(compiled_place(ROOT / "generated", examples), there[name])[1]


@pytest.mark.parametrize("name", [REMINDERS, TWO_PAYOUTS, LATE])
def test_the_same_is_the_same(name: str, differences: Callable[[str], list[str]]) -> None:
    assert differences(name) == []


def test_a_dropped_call_is_found(differences: Callable[[str], list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    carry_out = simulated._Simulated._carried_out

    def dropping(self: Any, asked: Asked) -> Any:
        return Answered({}) if asked.operation == "recordAuditLog" else carry_out(self, asked)

    monkeypatch.setattr(simulated._Simulated, "_carried_out", dropping)
    assert any(text.startswith("recordAuditLog: ") for text in differences(TWO_PAYOUTS))


def test_another_input_is_found(differences: Callable[[str], list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    begin = Run.begin_activity

    def changing(self: Run, asked: Asked, terms: Any) -> Any:
        if asked.operation == "carryOverBalances":
            asked.input.vendor_ids.append("vnd_9")
        return begin(self, asked, terms)

    monkeypatch.setattr(Run, "begin_activity", changing)
    assert any("operation carryOverBalances: .input.vendor_ids" in text for text in differences(TWO_PAYOUTS))


def _retried_less(terms: Terms) -> Terms:
    retry = RetryPolicy(terms.retry.initial_interval, maximum_attempts=1)
    return replace(terms, retry=retry)


OTHERWISE: dict[str, Callable[[Asked, Terms], tuple[Asked, Terms]]] = {
    "timeout": lambda asked, terms: (asked, replace(terms, timeout=timedelta(seconds=7))),
    "within": lambda asked, terms: (asked, replace(terms, within=timedelta(seconds=3))),
    "attempts": lambda asked, terms: (asked, _retried_less(terms)),
    "summary": lambda asked, terms: (replace(asked, summary="Something else."), terms),
}


@pytest.mark.parametrize("what", OTHERWISE)
def test_other_terms_of_an_operation_are_found(
    what: str, differences: Callable[[str], list[str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    begin = Run.begin_activity

    def changing(self: Run, asked: Asked, terms: Terms) -> Any:
        if asked.operation == "settleVendorBalance":
            asked, terms = OTHERWISE[what](asked, terms)
        return begin(self, asked, terms)

    monkeypatch.setattr(Run, "begin_activity", changing)
    assert any(f"operation settleVendorBalance: .{what}: " in text for text in differences(TWO_PAYOUTS))


def test_another_result_is_found(differences: Callable[[str], list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    close = Run._close

    def changing(self: Run) -> None:
        self.result = {**self.result, "status": "settled_otherwise"}
        close(self)

    monkeypatch.setattr(Run, "_close", changing)
    assert any(text.startswith("result.status: ") for text in differences(TWO_PAYOUTS))


def test_a_longer_timer_is_found(differences: Callable[[str], list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    after = Clock.after

    def longer(self: Clock, delay: timedelta, do: Callable[[], None]) -> Appointment:
        return after(self, delay + timedelta(minutes=5) if delay > timedelta(minutes=30) else delay, do)

    monkeypatch.setattr(Clock, "after", longer)
    assert any(": until " in text for text in differences(REMINDERS))


def test_a_call_too_many_is_found(differences: Callable[[str], list[str]], monkeypatch: pytest.MonkeyPatch) -> None:
    begin = Run.begin_activity

    def twice(self: Run, asked: Asked, terms: Any) -> Any:
        if asked.operation == "settleVendorBalance":
            begin(self, asked, terms)
        return begin(self, asked, terms)

    monkeypatch.setattr(Run, "begin_activity", twice)
    assert any(text.startswith("order ") for text in differences(TWO_PAYOUTS))
