"""A uvicorn server inside a running event loop, whose application may hang up without an answer."""

from __future__ import annotations

import asyncio
import contextlib
import socket
from collections.abc import Iterator
from typing import Any

import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

TRANSPORT = "cityos.transport"


class _Protocol(H11Protocol):
    """Hands the connection to the application, so that it can break it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # it is given TCP only
        """Let every request on this connection know its transport."""
        super().connection_made(transport)
        application = self.app

        async def with_transport(scope: Any, receive: Any, send: Any) -> None:
            await application({**scope, TRANSPORT: transport}, receive, send)

        self.app = with_transport


class _Server(uvicorn.Server):
    """Tells when it is ready, and leaves the signals to its host."""

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.ready = asyncio.Event()
        self.stopping = asyncio.Event()

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """None: the process belongs to somebody else."""
        yield

    async def main_loop(self) -> None:
        """Wait to be stopped, without looking every tenth of a second whether it is time."""
        await self.stopping.wait()

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and say so."""
        await super().startup(sockets)
        self.ready.set()


class Server:
    """One application on one port."""

    def __init__(self, application: Any, host: str, port: int) -> None:
        self._socket = socket.create_server((host, port))
        config = uvicorn.Config(
            application,
            http=_Protocol,
            interface="asgi3",
            proxy_headers=False,
            lifespan="off",
            log_level="warning",
            access_log=False,
        )
        self._server = _Server(config)
        self._task: asyncio.Task[None] | None = None

    @property
    def url(self) -> str:
        """Where it listens."""
        host, port = self._socket.getsockname()[:2]
        return f"http://{host}:{port}"

    async def start(self) -> None:
        """Return when it takes requests."""
        self._task = asyncio.create_task(self._server.serve(sockets=[self._socket]))
        ready = asyncio.create_task(self._server.ready.wait())
        await asyncio.wait({self._task, ready}, return_when=asyncio.FIRST_COMPLETED)
        if not self._server.ready.is_set():
            ready.cancel()
            await self._task

    async def stop(self) -> None:
        """Close all connections and return when that is done."""
        self._server.force_exit = True
        self._server.stopping.set()
        if self._task is not None:
            await self._task


async def hang_up(scope: Any, receive: Any) -> None:
    """Break the connection instead of answering."""
    scope[TRANSPORT].abort()
    while (await receive())["type"] != "http.disconnect":
        pass
