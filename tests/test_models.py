"""The models of the city: as many as the architecture counts, and copies where it says."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path

import pytest
from cityos_compiler.cli.main import main

from cityos_dsl.project import Project, load
from cityos_dsl.source import Scalar, Sequence

ROOT = Path(__file__).parents[1]
OWNED = {"medusa": 209, "erpnext": 55, "fleetbase": 32, "waltid": 25, "payment": 22, "wallet": 3, "payload": 50}
COPIES = {
    "Node": ("medusa", "erpnext", "fleetbase"),
    "GovernanceAuthority": ("medusa", "erpnext"),
    "Persona": ("medusa",),
    "PersonaAssignment": ("medusa",),
    "EventOutbox": ("medusa", "erpnext", "fleetbase", "waltid"),
    "AuditLog": ("erpnext",),
    "SalesChannelMapping": ("medusa", "fleetbase"),
    "RegionZoneMapping": ("medusa", "erpnext", "fleetbase", "waltid"),
    "Translation": ("medusa",),
    "CityosStore": ("medusa", "erpnext"),
}


@pytest.fixture(scope="module")
def city() -> Project:
    return load(ROOT)


def test_each_system_owns_as_many_as_the_architecture_counts(city: Project) -> None:
    assert Counter(model.system for model in city.models) == OWNED
    assert len(city.models) == 396


def test_the_ten_shared_ones_are_payloads_and_have_their_copies(city: Project) -> None:
    shared = [model for model in city.models if model.targets]
    assert {model.name: model.targets for model in shared} == COPIES
    assert {model.system for model in shared} == {"payload"}


def test_two_models_have_no_source_in_common(city: Project) -> None:
    sources = Counter((model.system, model.spec.source.text) for model in city.models)
    assert [source for source, times in sources.items() if times > 1] == []


def test_the_inventory_lists_them(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.chdir(ROOT / "tests" / "golden" / "town")
    assert main(["inventory", "--json"]) == 0
    models = json.loads(capsys.readouterr().out)["models"]
    assert [(model["name"], model["source"], model["class"]) for model in models] == [
        ("Visit", "visit", "confidential"),
        ("Tower", "tower", "public"),
    ]


def test_what_is_synced_goes_to_those_who_hold_copies(city: Project) -> None:
    sync = next(spec for _, spec in city.workflows if spec.id.text == "WF-101")
    said = set()
    for trigger in sync.trigger if isinstance(sync.trigger, tuple) else (sync.trigger,):
        given = {key.text: value for key, value in (trigger.input or {}).items()}
        model, targets = given["model"], given["targets"]
        assert trigger.event is not None
        assert isinstance(model, Scalar)
        assert isinstance(targets, Sequence)
        names = tuple(item.text for item in targets.items if isinstance(item, Scalar))
        said.add((trigger.event.text, model.text, names))
    assert said == {(event, model.name, model.targets) for model in city.models for event in model.events}


def test_the_other_names_of_the_dispatch_map_are_known(city: Project) -> None:
    names = {alias: event.name for event in city.events.values() for alias in event.aliases}
    assert names == {
        "payment.initiated": "checkout.completed",
        "refund.requested": "return.requested",
        "return.initiated": "return.requested",
        "vendor.registered": "vendor.registration_submitted",
    }
