"""`cityosc run --interpreted` and `cityosc worker --dynamic`: a folder of specs, and nothing compiled."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
from temporalio.testing import WorkflowEnvironment

from tests.interpreter.conftest import Town

pytestmark = pytest.mark.asyncio(loop_scope="session")

CITYOSC = [sys.executable, "-c", "from cityos_compiler.cli.main import run; run()"]


def command(root: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run a command in a project."""
    return subprocess.run([*CITYOSC, *arguments], cwd=root, capture_output=True, text=True, check=False)


async def test_a_worker_of_the_dynamic_queue_needs_nothing_compiled(town: Town, temporal: WorkflowEnvironment) -> None:
    address = temporal.client.service_client.config.target_host
    queue = ["--queue", "cityos-dynamic-queue"]
    worker = subprocess.Popen(
        [*CITYOSC, "worker", "--dynamic", *queue, "--address", address],
        cwd=town.root, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert worker.stderr is not None
        assert worker.stderr.readline().startswith("serving cityos-dynamic-queue at")
        (town.root / "input.json").write_text('{"visitor_id": "v_9", "rude": true}')
        ran = command(
            town.root, "run", "WF-902", "-i", "input.json", "--interpreted", "--address", address, *queue,
            "--tenant", town.tenant, "--format", "json",
        )  # fmt: skip
    finally:
        worker.terminate()
        stopped = worker.wait(timeout=60)
    assert stopped == 0
    assert ran.returncode == 1, ran.stderr
    assert json.loads(ran.stdout)["failed"] == "RefusedError"
    described = await temporal.client.get_workflow_handle(f"tenant:{town.tenant}:visitor:v_9:guide").describe()
    assert (described.workflow_type, described.task_queue) == ("DynamicWorkflow", "cityos-dynamic-queue")
    assert "GuideWorkflow by its definition" in str(await described.static_details())


async def test_the_store_may_stand_elsewhere(town: Town, tmp_path_factory: pytest.TempPathFactory) -> None:
    store = tmp_path_factory.mktemp("store")
    (town.root / "input.json").write_text('{"visitor_id": "v_9", "patience": "PT10M"}')
    ran = subprocess.run(
        [*CITYOSC, "run", "WF-902", "-i", "input.json", "--interpreted", "--format", "json"],
        cwd=town.root, env={**os.environ, "CITYOSC_DEFINITIONS": str(store)},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stderr
    assert [path.suffix for path in store.iterdir()] == [".json"]


async def test_a_queue_is_only_said_where_it_may_be_chosen(town: Town) -> None:
    (town.root / "input.json").write_text("{}")
    ran = command(town.root, "run", "WF-902", "-i", "input.json", "--queue", "town")
    assert ran.returncode == 2
    assert "--queue is for --interpreted with --address" in ran.stderr
