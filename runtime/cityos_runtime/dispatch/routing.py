"""Finding where a message goes: the one activity of the inbox."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

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


class Routing:
    """The routes of a city, asked by activities."""

    def __init__(self, routes: Routes) -> None:
        self.routes = routes

    @activity.defn(name="routeMessage")
    async def route(self, message: Message, context: Context) -> Routed:
        """Where a message goes now. It reads, and may be asked as often as is needed."""
        event, signal = self.routes.events.get(message.name), self.routes.signals.get(message.name)
        if event is None and signal is None:
            return Routed(refused=f"there is no event or signal {message.name}")
        try:
            starts = _starts(event, message, context) if event is not None else []
            takers = await _takers(signal, message, context) if signal is not None else []
        except ValidationError as error:
            wrong = [f"{'.'.join(str(part) for part in one['loc'])}: {one['msg']}" for one in error.errors()]
            return Routed(refused="the payload doesn't fit: " + "; ".join(wrong))
        return Routed(starts=starts, takers=takers, is_signal=signal is not None)


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


async def _takers(route: SignalRoute, message: Message, context: Context) -> list[str]:
    """By the ids that the payload fills, and by the index."""
    signal = route.model.model_validate(message.payload, context=BORDER)
    values = {**_plain(signal), "tenant_id": context.tenant.id}
    found = [filled(pattern, values) for pattern in route.ids]
    if context.search_attributes:
        found += await _indexed(route, values, context.tenant.id)
    return list(dict.fromkeys(found))


async def _indexed(route: SignalRoute, values: Mapping[str, Any], tenant: str) -> list[str]:
    addresses = [address(name, field, values[field]) for name, field in route.addresses if field in values]
    if not addresses:
        return []
    try:
        asked = query(tenant, addresses)
    except ValueError as error:
        raise ApplicationError(str(error), type="InvalidArgumentError", non_retryable=True) from error
    return [run.id async for run in activity.client().list_workflows(asked, limit=FOUND_AT_MOST)]


def _plain(payload: Model) -> dict[str, Any]:
    return {name: value for name, value in payload.model_dump(mode="json").items() if value is not None}
