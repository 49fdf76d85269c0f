"""A whole city on one machine: the embedded server, the sandbox city, and workers for every queue."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Mapping
from contextlib import AsyncExitStack
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import uuid4

from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle
from temporalio.common import Priority
from temporalio.testing import WorkflowEnvironment

from cityos_runtime import ids
from cityos_runtime.context import Context
from cityos_runtime.dispatch.messages import Delivery, Message
from cityos_runtime.dispatch.sending import send
from cityos_runtime.embedded import start_real, start_virtual
from cityos_runtime.examples import signal_payload
from cityos_runtime.interpreter.dynamic import Reference, started_as
from cityos_runtime.sandbox import Sandbox
from cityos_runtime.setup import SetupError
from cityos_runtime.worker import workers


@dataclass
class LocalCity:
    """Everything that runs for a demo or a test; ``stop`` ends all of it."""

    environment: WorkflowEnvironment
    sandbox: Sandbox
    manifest: dict[str, Any]
    examples: dict[str, Any] = field(default_factory=dict)
    interpreted: dict[str, Reference] = field(default_factory=dict)
    """The workflows that are started by their definitions, and which these are."""
    _stack: AsyncExitStack = field(default_factory=AsyncExitStack)

    @classmethod
    async def open(
        cls,
        generated: Path,
        *,
        virtual: bool = True,
        ui: bool = False,
        examples: dict[str, Any] | None = None,
        definitions: Path | None = None,
        compiled: bool = True,
    ) -> LocalCity:
        """Start a server, the sandbox city and the workers.

        With a store of definitions the workers run workflows by these too; without compiled code, by these only.

        Raises SetupError where the generated code is missing or something can't start.
        """
        # A failed attempt is part of a run's story, which its history tells; its traceback is nobody's.
        for part in ("activity", "workflow"):
            logging.getLogger(f"temporalio.{part}").setLevel(logging.ERROR)
        manifest = read_json(generated / "manifest.json")
        systems = read_json(generated / "systems.json")
        stack = AsyncExitStack()
        try:
            environment = await (start_virtual(ui=ui) if virtual else start_real(ui=ui))
            stack.push_async_callback(environment.shutdown)
            sandbox = await Sandbox.start(systems)
            stack.push_async_callback(sandbox.stop)
            environ = {**os.environ, **sandbox.environ}
            served = workers(
                environment.client,
                None,
                generated,
                environ,
                spares_systems=False,
                definitions=definitions,
                compiled=compiled,
            )
            await stack.enter_async_context(served)
        except BaseException:
            await stack.aclose()
            raise
        return cls(environment, sandbox, manifest, examples or {}, _stack=stack)

    @property
    def client(self) -> Client:
        """The client of the embedded server."""
        return self.environment.client

    @property
    def tenants(self) -> dict[str, Any]:
        """The tenants of the demo and the tests, by id."""
        tenants: dict[str, Any] = self.manifest.get("tenants", {})
        return tenants

    async def start(self, workflow: str, input: Mapping[str, Any], context: Context) -> WorkflowHandle[Any, Any]:
        """Start a workflow by its type's name."""
        entry = self.entry(workflow)
        return await start_workflow(self.client, entry, input, context, self.interpreted.get(entry["type"]))

    def entry(self, workflow: str) -> dict[str, Any]:
        """What the manifest says of a workflow.

        Raises SetupError where it says nothing.
        """
        for entry in self.manifest["workflows"]:
            if workflow in (entry["type"], entry["id"]):
                return dict(entry)
        raise SetupError(f"there is no compiled workflow {workflow}")

    def signal_payload(self, name: str, given: Mapping[str, Any], now: datetime) -> dict[str, Any]:
        """A signal's payload: its example, with what is given; times default to now."""
        return signal_payload(self.examples, name, given, now)

    async def send(self, name: str, payload: Mapping[str, Any], context: Context, event_id: str = "") -> Delivery:
        """Give an event or signal to the city, as a webhook would, and wait until it is delivered."""
        return await (await self.post(name, payload, context, event_id)).result()

    async def post(
        self, name: str, payload: Mapping[str, Any], context: Context, event_id: str = ""
    ) -> WorkflowHandle[Any, Delivery]:
        """Give an event or signal to the city, as a webhook would; returns its inbox.

        Its inbox's clock stands still: in virtual time a message that is early would be dead at once.
        """
        message = Message(name=name, payload=dict(payload), event_id=event_id or uuid4().hex)
        with self.environment.with_time_skipping_disabled():
            return await send(self.client, message, context)

    @property
    def ui_url(self) -> str:
        """Where the Web UI is; its port follows the server's, a thousand further on."""
        host, _, port = self.client.service_client.config.target_host.rpartition(":")
        return f"http://{host}:{int(port) + 1000}"

    def link(self, handle: WorkflowHandle[Any, Any]) -> str:
        """A run's page in the Web UI."""
        return f"{self.ui_url}/namespaces/{self.client.namespace}/workflows/{quote(handle.id, safe='')}"

    async def now(self, handle: WorkflowHandle[Any, Any]) -> datetime:
        """A run's virtual time."""
        return await self.environment.get_current_time(handle)

    async def waits(self, handle: WorkflowHandle[Any, Any], step: str) -> None:
        """Follow a run's history until it waits at a step."""
        async for event in handle.fetch_history_events(wait_new_event=True):
            summary = event.user_metadata.summary.data.decode().strip('"')
            if event.event_type == EventType.EVENT_TYPE_TIMER_STARTED and summary == step:
                return

    async def result_of(self, handle: WorkflowHandle[Any, Any], step: str, field_name: str) -> str:
        """A field of what an operation answered, read from the history.

        Raises LookupError where it hasn't answered.
        """
        scheduled = None
        async for event in handle.fetch_history_events():
            if event.activity_task_scheduled_event_attributes.activity_type.name == step:
                scheduled = event.event_id
            done = event.activity_task_completed_event_attributes
            if scheduled is not None and done.scheduled_event_id == scheduled:
                return str(json.loads(done.result.payloads[0].data)[field_name])
        raise LookupError(f"{step} has not answered")

    async def stop(self) -> None:
        """End workers, city and server."""
        await self._stack.aclose()


async def start_workflow(
    client: Client,
    entry: Mapping[str, Any],
    input: Mapping[str, Any],
    context: Context,
    reference: Reference | None = None,
) -> WorkflowHandle[Any, Any]:
    """Start the workflow of a manifest's entry under the id that its pattern gives.

    With a reference it runs by the definition that this names, and not as it was compiled.
    """
    name, arguments = started_as(entry["type"], [dict(input), context], reference)
    return await client.start_workflow(
        name,
        args=arguments,
        id=start_id(entry, input, context),
        static_summary=entry["summary"],
        static_details=None if reference is None else f"{entry['type']} by its definition {reference.digest}",
        task_queue=entry["task_queue"],
        priority=Priority(fairness_key=context.tenant.id),
    )


def start_id(entry: Mapping[str, Any], input: Mapping[str, Any], context: Context) -> str:
    """The id under which a manifest's entry takes an input (architecture §8.2).

    Raises SetupError where the input lacks a field of the pattern.
    """
    try:
        return ids.start_id(entry["workflow_id"], entry.get("defaults", {}), input, context.tenant.id)
    except ids.MissingField as error:
        raise SetupError(f"the workflow's id needs `{error.args[0]}`, and the input has no such field") from error


def read_json(path: Path) -> Any:
    """A generated data file.

    Raises SetupError where it is missing.
    """
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise SetupError(f"{path.name} is missing: run `cityosc compile` first") from None
