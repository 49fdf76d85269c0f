"""Finding where a message goes: the one activity of the inbox."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any, TypeAlias

from pydantic import ValidationError
from temporalio import activity
from temporalio.exceptions import ApplicationError

from cityos_runtime.context import Context
from cityos_runtime.dispatch.addresses import address, query
from cityos_runtime.dispatch.messages import Message, Routed, StartRequest
from cityos_runtime.dispatch.routes import EventRoute, Routes, SignalRoute
from cityos_runtime.ids import filled
from cityos_runtime.model import BORDER, Model

FOUND_AT_MOST = 100
"""More workflows than this don't wait for one message; it is a spec that says too little."""


Find: TypeAlias = Callable[[str, list[str]], Awaitable[list[str]]]
"""Of a tenant's running workflows those with one of these addresses, by their ids."""


class Routing:
    """The routes of a city, asked by activities."""

    def __init__(self, routes: Routes, find: Find | None = None) -> None:
        self.routes = routes
        self._find = find or _indexed

    @activity.defn(name="routeMessage")
    async def route(self, message: Message, context: Context) -> Routed:
        """Where a message goes now. It reads, and may be asked as often as is needed."""
        event, signal = self.routes.events.get(message.name), self.routes.signals.get(message.name)
        if event is None and signal is None:
            return Routed(refused=f"there is no event or signal {message.name}")
        try:
            starts = _starts(event, message, context) if event is not None else []
            takers = await self._takers(signal, message, context) if signal is not None else []
        except ValidationError as error:
            wrong = [f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors()]
            return Routed(refused="the payload doesn't fit: " + "; ".join(wrong))
        return Routed(starts=starts, takers=takers, is_signal=signal is not None)

    async def _takers(self, route: SignalRoute, message: Message, context: Context) -> list[str]:
        """By the ids that the payload fills, and by the index."""
        signal = route.model.model_validate(message.payload, context=BORDER)
        values = {**_plain(signal), "tenant_id": context.tenant.id}
        found = [filled(pattern, values) for pattern in route.ids]
        addresses = [address(name, field, values[field]) for name, field in route.addresses if field in values]
        if context.search_attributes and addresses:
            found += await self._find(context.tenant.id, addresses)
        return list(dict.fromkeys(found))


def _starts(route: EventRoute[Any], message: Message, context: Context) -> list[StartRequest]:
    event = route.model.model_validate(message.payload, context=BORDER)
    requests = []
    for starts, given in route.starting(event):
        values = {**given.model_dump(mode="json"), "tenant_id": context.tenant.id}
        requests.append(
            StartRequest(
                workflow=starts.workflow,
                task_queue=starts.task_queue,
                workflow_id=filled(starts.workflow_id, values),
                input=given.model_dump(mode="json", by_alias=True),
                again=starts.again,
                while_running=starts.while_running,
            )
        )
    return requests


async def _indexed(tenant: str, addresses: list[str]) -> list[str]:
    """The tenant's running workflows with one of these addresses, as the server's index knows them."""
    try:
        asked = query(tenant, addresses)
    except ValueError as error:
        raise ApplicationError(str(error), type="InvalidArgumentError", non_retryable=True) from error
    return [run.id async for run in activity.client().list_workflows(asked, limit=FOUND_AT_MOST)]


def _plain(payload: Model) -> dict[str, Any]:
    return {name: value for name, value in payload.model_dump(mode="json").items() if value is not None}
