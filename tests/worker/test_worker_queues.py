"""Workers are made from what was generated."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from cityos_compiler.rules import rate_exceeded
from cityos_runtime import binding
from cityos_runtime.binding import Systems
from cityos_runtime.worker import workers
from temporalio.testing import WorkflowEnvironment

from tests.sandbox.town import TOWN

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest.fixture
def generated(tmp_path: Path) -> Path:
    """A generated folder with systems and no workflows."""
    (tmp_path / "systems.json").write_text(json.dumps(TOWN))
    (tmp_path / "manifest.json").write_text(json.dumps({"workflows": []}))
    return tmp_path


async def test_every_queue_has_a_worker(temporal: WorkflowEnvironment, generated: Path) -> None:
    async with workers(temporal.client, None, generated, {}) as running:
        assert [worker.task_queue for worker in running] == ["backoffice", "logistics", "payment"]


@pytest.mark.parametrize(("spared", "rate"), [(True, 7.0), (False, None)])
async def test_a_queue_keeps_to_its_systems_rate_unless_they_are_a_sandbox(
    temporal: WorkflowEnvironment, generated: Path, spared: bool, rate: float | None
) -> None:
    town = {"systems": {name: {**system, "limits": {"per_second": "7"}} for name, system in TOWN["systems"].items()}}
    (generated / "systems.json").write_text(json.dumps(town))
    async with workers(temporal.client, ["backoffice"], generated, {}, spares_systems=spared) as (worker,):
        assert worker.config().get("max_task_queue_activities_per_second") == rate


async def test_an_unknown_queue_is_named(temporal: WorkflowEnvironment, generated: Path) -> None:
    with pytest.raises(ValueError, match="no such task queue: lojistics; known: backoffice, logistics"):
        async with workers(temporal.client, ["lojistics"], generated, {}):
            pass


async def test_the_rule_and_the_worker_know_the_same_rates() -> None:
    assert binding.PERIODS == rate_exceeded.PERIODS


async def test_the_slowest_gateway_limits_the_queue() -> None:
    providers = {
        name: {"connection": {"limits": limits}}
        for name, limits in {"a": {"per_second": 25}, "b": {"per_minute": 120}, "c": {"per_hour": 36_000}}.items()
    }
    systems = Systems.model_validate({"systems": {"s": {"task_queue": "q", "providers": providers}}})
    assert systems.systems["s"].per_second == 2.0
