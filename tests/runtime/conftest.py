"""A fresh world for each test, on the session's server."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from tests.runtime.world import World, running


@pytest_asyncio.fixture(loop_scope="session")
async def world(temporal: WorkflowEnvironment) -> AsyncIterator[World]:
    """What the workflows under test talk to."""
    async with running(temporal) as world:
        yield world
