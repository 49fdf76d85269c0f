"""The operations of the systems as Temporal activities."""

from __future__ import annotations

import logging
import os
from collections.abc import Callable, Mapping
from typing import Any

import httpx
from temporalio import activity
from temporalio.exceptions import ApplicationError

from cityos_runtime.binding import Bound, Systems
from cityos_runtime.breaker import Breakers
from cityos_runtime.context import ActivityContext
from cityos_runtime.http import Attempt, look_up, perform

OUTBOX_OPERATION = "appendToOutbox"
"""The operation that takes events, where a system of the specs has it."""

Activity = Callable[..., Any]
logger = logging.getLogger(__name__)


class Activities:
    """Every operation bound to its system, over one HTTP client."""

    def __init__(
        self, systems: Systems, environ: Mapping[str, str] | None = None, breakers: Breakers | None = None
    ) -> None:
        self.systems = systems
        self._breakers = breakers
        self.environ = os.environ if environ is None else environ
        self._client: httpx.AsyncClient | None = None

    @property
    def client(self) -> httpx.AsyncClient:
        """The connections, made at the first call so that they belong to the worker's event loop."""
        if self._client is None or self._client.is_closed:
            # Each call has its own patience; the client's only bounds the connecting.
            timeout = httpx.Timeout(None, connect=10.0, pool=10.0)
            limits = httpx.Limits(max_connections=200, max_keepalive_connections=50)
            self._client = httpx.AsyncClient(timeout=timeout, limits=limits)
        return self._client

    async def close(self) -> None:
        """Close the connections."""
        if self._client is not None:
            await self._client.aclose()

    def of_queue(self, queue: str | None = None) -> list[Activity]:
        """The activities of the systems on a task queue, or all."""
        operations = [op for op in self.systems.bound() if queue in (None, op.system.task_queue)]
        carried_out = [self._performing(operation) for operation in operations]
        return carried_out + [self._looking_up(operation) for operation in operations if operation.has_lookup]

    def emitting(self) -> Activity:
        """The activity that puts events into the outbox."""
        outbox = next((op for op in self.systems.bound() if op.name == OUTBOX_OPERATION), None)

        @activity.defn(name="emitEvent")
        async def emit_event(input: dict[str, Any], context: ActivityContext) -> dict[str, Any]:
            if outbox is None:
                # Its content stays out of the log: it may hold personal data.
                logger.info("event %s (%s)", input.get("event_type"), input.get("event_id"))
                return {}
            await self._perform(outbox, outbox_entry(input, context), context)
            return {}

        return emit_event

    def _performing(self, operation: Bound) -> Activity:
        @activity.defn(name=operation.name)
        async def carry_out(input: dict[str, Any], context: ActivityContext) -> dict[str, Any]:
            return await self._perform(operation, input, context)

        return carry_out

    def _looking_up(self, operation: Bound) -> Activity:
        @activity.defn(name=f"{operation.name}.lookup")
        async def find(input: dict[str, Any], context: ActivityContext) -> dict[str, Any] | None:
            return await look_up(operation, input, context, self.client, self.environ, self._breakers)

        return find

    async def _perform(self, operation: Bound, input: dict[str, Any], context: ActivityContext) -> dict[str, Any]:
        attempt = current_attempt()
        try:
            return await perform(operation, input, context, self.client, self.environ, attempt, self._breakers)
        except ApplicationError:
            # Each attempt knows only its own answer; the next learns from this one whether there is doubt.
            activity.heartbeat({"doubtful": attempt.doubtful})
            raise


def outbox_entry(event: dict[str, Any], context: ActivityContext) -> dict[str, Any]:
    """The event as the outbox files it: by what it is about, which is the first part of its type."""
    event_type = str(event.get("event_type", ""))
    return {
        "event_type": event_type,
        "aggregate_type": event_type.split(".", 1)[0],
        "aggregate_id": context.workflow_id,
        "payload": event.get("payload", {}),
    }


def current_attempt() -> Attempt:
    """Which attempt this is. One before it that could say nothing, as its worker died, leaves doubt."""
    info = activity.info()
    details = info.heartbeat_details
    said = details[0].get("doubtful") if details and isinstance(details[0], dict) else None
    return Attempt(info.attempt, info.attempt > 1 and said is not False)


def build_activities(
    systems_json: dict[str, Any], queue: str | None = None, environ: Mapping[str, str] | None = None
) -> list[Activity]:
    """One activity for every operation, and one `<operation>.lookup` where there is a lookup."""
    return Activities(Systems.model_validate(systems_json), environ).of_queue(queue)
