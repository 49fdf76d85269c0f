"""Messages of a scenario, on the server: one that somebody takes is waited for, however long a busy machine needs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from cityos_compiler.cli.scenarios import signal_examples
from cityos_compiler.passes import check
from cityos_compiler.scenarios import runner
from cityos_compiler.scenarios.model import Scenario, read_scenarios
from cityos_runtime.local import LocalCity

ROOT = Path(__file__).parents[2]
NAME = "the owner does not bring the dog"


async def _wrong(scenario: Scenario) -> list[str]:
    city = await LocalCity.open(ROOT / "generated", examples=signal_examples(check(ROOT).project))
    try:
        (outcome,) = await runner.run_all(city, [scenario])
        return outcome.wrong
    finally:
        await city.stop()


@pytest.fixture
def scenario() -> Scenario:
    scenarios, _, _ = read_scenarios(ROOT / "specs" / "tests", ROOT)
    return next(each for each in scenarios if each.name == NAME)


async def test_a_message_is_waited_for_until_it_was_looked_for_often(
    scenario: Scenario, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(runner, "MESSAGE_PATIENCE", 0.001)
    monkeypatch.setattr(runner, "LOOKS", 100)
    assert await _wrong(scenario) == []


async def test_a_message_that_nobody_takes_is_given_up(scenario: Scenario, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "MESSAGE_PATIENCE", 0.1)
    monkeypatch.setattr(runner, "LOOKS", 1)
    *before, last = scenario.actions
    foreign = replace(last, payload={**last.payload, "booking_id": "bkg_of_somebody_else"})
    wrong = await _wrong(replace(scenario, actions=(*before, foreign)))
    assert wrong[0] == "the event booking.no_show did not find the workflow, but nobody"
