"""A vendor on a real port, that answers what it is told and keeps what it was sent."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from cityos_runtime.binding import Bound, Systems
from cityos_runtime.context import ActivityContext, Tenant
from cityos_runtime.http import Attempt, look_up, perform
from cityos_runtime.sandbox.server import Server, hang_up
from starlette.requests import Request
from starlette.responses import Response

HANG_UP = "hang up"
NEVER = "never answer"
JSON = "application/json"


@dataclass
class Sent:
    """A request as it came over the wire."""

    method: str
    path: str
    query: str
    headers: dict[str, str]
    body: str


@dataclass
class Vendor:
    """Answers in turn; the last answer stays."""

    answers: list[Any] = field(default_factory=lambda: [(200, "{}")])
    sent: list[Sent] = field(default_factory=list)
    url: str = ""

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        """Serve one request."""
        request = Request(scope, receive)
        body = (await request.body()).decode()
        path = scope["raw_path"].decode()
        self.sent.append(Sent(request.method, path, request.url.query, dict(request.headers), body))
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if answer == HANG_UP:
            await hang_up(scope, receive)
        elif answer == NEVER:
            await asyncio.Event().wait()
        else:
            status, content, *headers = answer
            response = Response(content, status, headers[0] if headers else None, JSON)
            await response(scope, receive, send)


@asynccontextmanager
async def serving() -> AsyncIterator[Vendor]:
    """A running vendor."""
    vendor = Vendor()
    server = Server(vendor, "127.0.0.1", 0)
    await server.start()
    vendor.url = server.url
    yield vendor
    await server.stop()


ERRORS: dict[str, Any] = {
    "TimeoutError": {"retryable": True, "outcome": "unknown", "http": 504},
    "NetworkError": {"retryable": True, "outcome": "unknown", "http": 503},
    "RateLimitError": {"retryable": True, "outcome": "known", "http": 429},
    "ExternalAPIError": {"retryable": True, "outcome": "unknown", "http": 502},
    "PaymentDeclinedError": {"retryable": False, "outcome": "known", "http": 402},
    "DuplicateRequestError": {"retryable": False, "outcome": "known", "http": 409},
}
CONNECTION: dict[str, Any] = {
    "base_url": "VENDOR_URL",
    "auth": {"bearer": "VENDOR_KEY"},
    "errors": [
        {"if": "status == 429", "error": "RateLimitError"},
        {"if": "status == 409", "error": "DuplicateRequestError"},
        {"if": "status >= 500", "error": "ExternalAPIError"},
    ],
}


def operation(
    binding: dict[str, Any],
    connection: dict[str, Any] | None = None,
    spec: dict[str, Any] | None = None,
) -> Bound:
    """One operation `act` of one system."""
    system = {
        "task_queue": "vendor",
        "providers": {"": {"connection": {**CONNECTION, **(connection or {})}, "operations": {"act": binding}}},
        "operations": {"act": {"effect": "write", "timeout": 5.0, **(spec or {})}},
    }
    return Systems.model_validate({"systems": {"vendor": system}, "errors": ERRORS}).bound()[0]


def context(**changes: Any) -> ActivityContext:
    """The context of a call."""
    known: dict[str, Any] = {
        "tenant": Tenant(id="t_1", currency="KWD"),
        "correlation_id": "c_1",
        "causation_id": "",
        "idempotency_key": "key_1",
        "workflow_id": "wf_1",
        "step": "act",
    }
    return ActivityContext(**{**known, **changes})


async def act(
    vendor: Vendor,
    bound: Bound,
    input: dict[str, Any] | None = None,
    attempt: Attempt | None = None,
    **more: str,
) -> dict[str, Any]:
    """Perform the operation at the vendor."""
    async with httpx.AsyncClient() as client:
        return await perform(bound, input or {}, context(), client, environ(vendor, **more), attempt)


async def find(vendor: Vendor, bound: Bound, input: dict[str, Any] | None = None) -> dict[str, Any] | None:
    """Look the operation up at the vendor."""
    async with httpx.AsyncClient() as client:
        return await look_up(bound, input or {}, context(), client, environ(vendor))


def environ(vendor: Vendor, **more: str) -> dict[str, str]:
    """The adapter's environment."""
    return {"VENDOR_URL": vendor.url, "VENDOR_KEY": "sk_secret", **more}
