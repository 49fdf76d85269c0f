"""A running sandbox city and somebody who calls it."""

from __future__ import annotations

from collections.abc import AsyncIterator

import httpx
import pytest_asyncio
from cityos_runtime.sandbox import Sandbox

from tests.sandbox.town import TOWN, Caller


@pytest_asyncio.fixture
async def sandbox() -> AsyncIterator[Sandbox]:
    """The town of these tests."""
    sandbox = await Sandbox.start(TOWN)
    yield sandbox
    await sandbox.stop()


@pytest_asyncio.fixture
async def client() -> AsyncIterator[httpx.AsyncClient]:
    """Connections that are closed again."""
    async with httpx.AsyncClient() as client:
        yield client


@pytest_asyncio.fixture
async def caller(sandbox: Sandbox, client: httpx.AsyncClient) -> Caller:
    """A tenant without a gateway of its own."""
    return Caller(sandbox, client)
