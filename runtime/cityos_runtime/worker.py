"""Workers: generated workflows and the operations of their systems, by task queue."""

from __future__ import annotations

import asyncio
import importlib
import json
import sys
from collections.abc import AsyncIterator, Iterable, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from temporalio.client import Client
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

from cityos_runtime.activities import Activities, Activity
from cityos_runtime.binding import Systems
from cityos_runtime.breaker import Breakers
from cityos_runtime.dispatch.inbox import InboxWorkflow
from cityos_runtime.dispatch.messages import QUEUE
from cityos_runtime.dispatch.routing import Routing
from cityos_runtime.dispatch.sweep import SweepWorkflow
from cityos_runtime.interpreter.dynamic import DYNAMIC_QUEUE, DynamicWorkflow, fetching
from cityos_runtime.interpreter.store import DefinitionStore

PACKAGE = "cityos_generated"
PASSED_THROUGH = (
    "re2",
    "pydantic",
    "zoneinfo",
    "pydantic_core",
    "annotated_types",
    "typing_extensions",
    "cityos_dsl",
    "cityos_runtime",
    PACKAGE,
)
"""Modules without state of a workflow's own: the sandbox would import them anew, and build their models, for every run.

Generated modules belong to them: they hold no state, and what they call is deterministic, which every replay shows.
"""


async def serve(
    client: Client,
    queues: Iterable[str] | None,
    generated_dir: Path | str,
    environ: Mapping[str, str] | None = None,
    definitions: Path | None = None,
    *,
    compiled: bool = True,
) -> None:
    """Work on these task queues (all, where none is named) until cancelled."""
    async with workers(client, queues, generated_dir, environ, definitions=definitions, compiled=compiled):
        await asyncio.Event().wait()


@asynccontextmanager
async def workers(
    client: Client,
    queues: Iterable[str] | None,
    generated_dir: Path | str,
    environ: Mapping[str, str] | None = None,
    *,
    spares_systems: bool = True,
    definitions: Path | None = None,
    compiled: bool = True,
) -> AsyncIterator[list[Worker]]:
    """Running workers, one for each task queue.

    Systems are spared: a circuit breaker opens when one fails often, and a queue's activities keep to its rate. Not so
    in a sandbox, whose faults are meant and whose time is virtual. With a store of definitions they also run workflows
    by these, and there is one more queue, for workflows that no worker of another queue knows. Where nothing is
    compiled, the folder has the data of the systems and the manifest alone.
    """
    folder = Path(generated_dir)
    systems = Systems.model_validate(_load(folder, "systems.json"))
    workflows = load_workflows(folder) if compiled else {}
    queues_of_workflows = {entry["task_queue"] for entry in _load(folder, "manifest.json")["workflows"]}
    known = {*queues_of_workflows, *(system.task_queue for system in systems.systems.values())}
    if (folder / PACKAGE / "dispatch.py").exists():
        known.add(QUEUE)
    if definitions is not None:
        known.add(DYNAMIC_QUEUE)
    wanted = set(known if queues is None else queues)
    if unknown := wanted - known:
        raise ValueError(f"no such task queue: {', '.join(sorted(unknown))}; known: {', '.join(sorted(known))}")
    activities = Activities(systems, environ, Breakers() if spares_systems else None)
    dynamic = _Dynamic.of(definitions)
    running = [
        _worker(client, queue, workflows.get(queue, []), activities, dynamic, limited=spares_systems)
        for queue in sorted(wanted - {QUEUE})
    ]
    running += [_dispatcher(client)] if QUEUE in wanted else []
    async with AsyncExitStack() as stack:
        stack.push_async_callback(activities.close)
        for worker in running:
            await stack.enter_async_context(worker)
        yield running


@dataclass(frozen=True)
class _Dynamic:
    """What a worker needs to run workflows by their definitions; nothing where it has no store of these."""

    workflows: tuple[type, ...] = ()
    activities: tuple[Activity, ...] = ()

    @classmethod
    def of(cls, definitions: Path | None) -> _Dynamic:
        if definitions is None:
            return cls()
        return cls((DynamicWorkflow,), (fetching(DefinitionStore(definitions)),))


def _worker(
    client: Client, queue: str, workflows: list[type], activities: Activities, dynamic: _Dynamic, *, limited: bool
) -> Worker:
    rates = [
        rate
        for system in activities.systems.systems.values()
        if system.task_queue == queue and (rate := system.per_second) is not None
    ]
    carried_out = activities.of_queue(queue)
    return Worker(
        client,
        task_queue=queue,
        workflows=[*workflows, *dynamic.workflows],
        activities=[*carried_out, activities.emitting(), *dynamic.activities],
        workflow_runner=_sandbox(),
        # One limit for all workers of the queue, which the server keeps.
        max_task_queue_activities_per_second=min(rates, default=None) if limited else None,
    )


def _dispatcher(client: Client) -> Worker:
    """The worker that takes messages to workflows."""
    routing = Routing(importlib.import_module(f"{PACKAGE}.dispatch").ROUTES)
    return Worker(
        client,
        task_queue=QUEUE,
        workflows=[InboxWorkflow, SweepWorkflow],
        activities=[routing.route],
        workflow_runner=_sandbox(),
    )


def _sandbox() -> SandboxedWorkflowRunner:
    return SandboxedWorkflowRunner(restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH))


def load_workflows(folder: Path) -> dict[str, list[type]]:
    """The generated workflow classes by task queue."""
    # The sandbox imports workflows by module name: their package has to be found.
    if str(folder) not in sys.path:
        sys.path.insert(0, str(folder))
    by_queue: dict[str, list[type]] = {}
    for entry in _load(folder, "manifest.json")["workflows"]:
        module = importlib.import_module(f"{PACKAGE}.workflows.{entry['module']}")
        by_queue.setdefault(entry["task_queue"], []).append(getattr(module, entry["class"]))
    return by_queue


def _load(folder: Path, name: str) -> Any:
    return json.loads((folder / name).read_text(encoding="utf-8"))
