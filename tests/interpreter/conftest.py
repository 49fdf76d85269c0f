"""The town without compiled code: its specs in a folder that a test may change, and a city that interprets them."""

from __future__ import annotations

import json
import shutil
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
import pytest_asyncio
from cityos_compiler.cli.definitions import interpreted_data, keep
from cityos_compiler.passes import check
from cityos_runtime.context import Context, Tenant
from cityos_runtime.interpreter.dynamic import DynamicWorkflow, Reference, started_as
from cityos_runtime.interpreter.store import DefinitionStore
from cityos_runtime.sandbox import Sandbox
from cityos_runtime.worker import PASSED_THROUGH, workers
from temporalio.client import WorkflowHandle
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.testing import WorkflowEnvironment
from temporalio.worker import Replayer, Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

TOWN = Path(__file__).parents[1] / "golden" / "town"


@dataclass
class Town:
    """A folder of specs, the store, and the server."""

    root: Path
    environment: WorkflowEnvironment
    sandbox: Sandbox
    tenant: str = field(default_factory=lambda: f"t_{uuid4().hex[:8]}")

    @property
    def store(self) -> DefinitionStore:
        """The definitions."""
        return DefinitionStore(self.root / ".cityos" / "definitions")

    def reference(self, workflow: str) -> Reference:
        """The definition of a workflow as its spec says it now, kept in the store."""
        return keep(self.root, check(self.root), [workflow]).references[workflow]

    def change(self, file: str, old: str, new: str) -> None:
        """Change a spec on disk."""
        path = self.root / "specs" / "workflows" / "words" / file
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new), encoding="utf-8")

    def worker(self) -> AbstractAsyncContextManager[list[Worker]]:
        """A worker of the town's queue that knows no compiled workflow."""
        data = interpreted_data(self.root, check(self.root))
        return workers(
            self.environment.client, ["town"], data, self.sandbox.environ, spares_systems=False,
            definitions=self.store.folder, compiled=False,
        )  # fmt: skip

    async def start(
        self, reference: Reference, input: dict[str, Any], *, still: bool = False, **options: Any
    ) -> WorkflowHandle[Any, Any]:
        """Start a run of a definition; its clock flies, or stands still."""
        kind, arguments = started_as(reference.workflow, [input, Context(tenant=Tenant(id=self.tenant))], reference)
        with self.environment.with_time_skipping_disabled() if still else nullcontext():
            return await self.environment.client.start_workflow(
                kind, args=arguments, id=f"{self.tenant}-{uuid4().hex}", task_queue="town", **options
            )


@pytest_asyncio.fixture(loop_scope="session")
async def town(temporal: WorkflowEnvironment, tmp_path: Path) -> AsyncIterator[Town]:
    """A copy of the town's specs, and the systems that it talks to."""
    shutil.copytree(TOWN / "specs", tmp_path / "specs")
    sandbox = await Sandbox.start(read_systems(tmp_path))
    yield Town(tmp_path, temporal, sandbox)
    await sandbox.stop()


def read_systems(root: Path) -> dict[str, Any]:
    """What the sandbox city answers from."""
    found: dict[str, Any] = json.loads((interpreted_data(root, check(root)) / "systems.json").read_text())
    return found


@pytest.fixture
def replayer() -> Replayer:
    """Replays histories of interpreted workflows as a worker would."""
    restrictions = SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
    return Replayer(
        workflows=[DynamicWorkflow],
        data_converter=pydantic_data_converter,
        workflow_runner=SandboxedWorkflowRunner(restrictions=restrictions),
    )
