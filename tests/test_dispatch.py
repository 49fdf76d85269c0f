"""The city's events, schedules and webhooks are those of the architecture, whose rows tests/architecture/ has."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml
from cityos_compiler import ir
from cityos_compiler.backends.book.reach import webhooks
from cityos_compiler.passes import Checked, check

from cityos_dsl.project import Project
from cityos_dsl.spec import documents as d

ROOT = Path(__file__).parents[1]
ROWS: dict[str, Any] = yaml.safe_load((ROOT / "tests" / "architecture" / "dispatch.yaml").read_text(encoding="utf-8"))
OUTSIDE = ("payment", "fleetbase", "waltid", "erpnext", "payload")
"""Systems that tell by webhooks what happens there."""


@pytest.fixture(scope="module")
def checked() -> Checked:
    return check(ROOT)


@pytest.fixture(scope="module")
def city(checked: Checked) -> Project:
    return checked.project


def _triggers(checked: Checked, event: str) -> dict[str, ir.Trigger]:
    return {w.id: trigger for w in checked.workflows for trigger in w.triggers if trigger.event == event}


def _webhooks(city: Project) -> list[tuple[str, str, d.Webhook]]:
    """All webhooks with their system and who of it sends them."""
    return [(name, sender or name, w) for name, system in city.systems.items() for sender, w in webhooks(system)]


@pytest.mark.parametrize("row", ROWS["map"], ids=[row["event"] for row in ROWS["map"]])
def test_the_dispatch_map_is_known_row_by_row(checked: Checked, row: dict[str, Any]) -> None:
    events = checked.project.events
    known = next((event for event in events.values() if row["event"] in (event.name, *event.aliases)), None)
    event = events[row["means"]] if "means" in row else known
    assert event is not None
    assert event.spec.known_as is not None
    assert row["workflow"] in [name.text for name in event.spec.known_as.workflows]
    assert event.spec.known_as.queue is not None
    assert event.spec.known_as.queue.text == row["queue"]
    assert set(row["starts"]) <= set(_triggers(checked, event.name))


def test_each_trigger_of_the_catalogue_starts_its_workflow(checked: Checked) -> None:
    wrong = {
        event: sorted(_triggers(checked, event))
        for event, ids in ROWS["triggers"].items()
        if not set(ids) <= set(_triggers(checked, event))
    }
    assert not wrong
    assert len({t.event for w in checked.workflows for t in w.triggers if t.event is not None}) >= 65


def test_who_starts_by_one_event_is_told_apart(checked: Checked) -> None:
    """At most one has no condition, or the event says that those belong beside each other."""
    for event in checked.project.events.values():
        triggers = _triggers(checked, event.name)
        open_ended = [number for number, trigger in triggers.items() if trigger.condition is None]
        starts = event.spec.starts
        beside = {scalar.text for scalar in (starts.beside or () if starts is not None else ())}
        assert len(open_ended) <= 1 or set(open_ended) <= beside, event.name
        assert len(triggers) <= 1 or len(open_ended) + len(
            {t.condition.text for t in triggers.values() if t.condition is not None}
        ) == len(triggers), f"two workflows start by {event.name} on the same condition"


@pytest.mark.parametrize(("number", "cadence"), ROWS["scheduled"].items(), ids=list(ROWS["scheduled"]))
def test_what_is_scheduled_has_its_schedule(checked: Checked, number: str, cadence: str) -> None:
    workflow = next(w for w in checked.workflows if w.id == number)
    schedules = [trigger.schedule for trigger in workflow.triggers if trigger.schedule is not None]
    assert [each for each in schedules if each.startswith(cadence)], schedules


def test_what_other_systems_tell_reaches_the_city(city: Project) -> None:
    told: dict[str, set[str]] = {}
    for _, sender, webhook in _webhooks(city):
        told.setdefault(city.aliases.get(webhook.tells.text, webhook.tells.text), set()).add(sender)
    missing = {name: senders for name, senders in ROWS["webhooks"].items() if not set(senders) <= told.get(name, set())}
    assert not missing
    silent = [
        event.name
        for event in city.events.values()
        if event.spec.source is not None and event.spec.source.text in OUTSIDE and event.name not in told
    ]
    assert not silent, "events of other systems that none of their webhooks tells"


def test_a_message_is_told_by_the_system_that_the_event_names(city: Project) -> None:
    for system, _, webhook in _webhooks(city):
        event = city.events.get(webhook.tells.text)
        if event is not None and webhook.tells.text not in city.signals and event.spec.source is not None:
            assert event.spec.source.text == system, webhook.event.text


def test_one_message_tells_one_thing_only_once(city: Project) -> None:
    told = [(system, sender, w.event.text, w.tells.text) for system, sender, w in _webhooks(city)]
    assert len(told) == len(set(told))
