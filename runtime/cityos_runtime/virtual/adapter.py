"""The generic adapter in a virtual world: the same code as on a worker, over a sandbox city in this process."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Coroutine
from typing import Any, TypeVar

import httpx
import pydantic_core
from temporalio.exceptions import ApplicationError

from cityos_runtime.activities import OUTBOX_OPERATION, outbox_entry
from cityos_runtime.binding import Bound
from cityos_runtime.context import ActivityContext
from cityos_runtime.http import Attempt, look_up, perform
from cityos_runtime.sandbox import Sandbox
from cityos_runtime.sandbox.routes import Arrived
from cityos_runtime.virtual.activities import Answered, Asked, Failing, Outcome

T = TypeVar("T")


class _Direct(httpx.AsyncBaseTransport):
    """Requests go straight to the sandbox. An answer that is lost is a connection that breaks."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        mount, _, rest = request.url.raw_path.decode().removeprefix("/").partition("/")
        path, _, query = rest.partition("?")
        headers = {name.lower(): value for name, value in request.headers.items()}
        arrived = Arrived(request.method, f"/{path}", query, headers, await request.aread())
        answer = await self._sandbox.answer(mount, arrived)
        if answer is None:
            raise httpx.RemoteProtocolError("the sandbox hung up", request=request)
        from cityos_runtime.sandbox.replies import respond

        response = respond(answer)
        return httpx.Response(response.status_code, headers=dict(response.headers), content=bytes(response.body))


class Adapter:
    """Carries operations out at a sandbox city, without a network."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._environ = {**os.environ, **sandbox.environ}
        bound = list(sandbox.systems.bound())
        self._operations = {(each.name, each.system.task_queue): each for each in bound}
        self._outbox = next((each for each in bound if each.name == OUTBOX_OPERATION), None)
        self._client = httpx.AsyncClient(transport=_Direct(sandbox))
        self._loop = asyncio.new_event_loop()

    def close(self) -> None:
        """End the loop that the adapter's code runs on."""
        self._loop.run_until_complete(self._client.aclose())
        self._loop.close()

    def run(self, work: Coroutine[Any, Any, T]) -> T:
        """Run something that never really waits."""
        return self._loop.run_until_complete(work)

    def __call__(self, asked: Asked) -> Outcome:
        """One attempt at an operation, from its first to its last byte."""
        assert isinstance(asked.context, ActivityContext)
        input = pydantic_core.from_json(pydantic_core.to_json(asked.input))
        try:
            return Answered(self.run(self._carry_out(asked, input, asked.context)))
        except ApplicationError as error:
            return _failing(error)

    async def _carry_out(self, asked: Asked, input: dict[str, Any], context: ActivityContext) -> Any:
        name = asked.operation
        if asked.looked_up is not None:
            looked_up = self._operations[asked.looked_up, asked.task_queue]
            return await look_up(looked_up, input, context, self._client, self._environ)
        if name != "emitEvent":
            return await self._perform(self._operations[name, asked.task_queue], asked, input, context)
        if self._outbox is not None:
            await self._perform(self._outbox, asked, outbox_entry(input, context), context)
        return {}

    async def _perform(self, operation: Bound, asked: Asked, input: dict[str, Any], context: ActivityContext) -> Any:
        doubtful = asked.attempt > 1 and asked.memory.get("doubtful") is not False
        attempt = Attempt(asked.attempt, doubtful)
        try:
            return await perform(operation, input, context, self._client, self._environ, attempt)
        except ApplicationError:
            asked.memory["doubtful"] = attempt.doubtful
            raise


def _failing(error: ApplicationError) -> Failing:
    details: dict[str, Any] = next((each for each in error.details if isinstance(each, dict)), {})
    return Failing(
        error.type or "ApplicationError",
        error.message,
        details.get("outcome", "unknown"),
        not error.non_retryable,
        error.next_retry_delay,
    )
