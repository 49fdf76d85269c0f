"""A fresh world for each test, on the session's server."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from temporalio.testing import WorkflowEnvironment

from tests.runtime.world import World, systems, workflows


@pytest_asyncio.fixture(loop_scope="session")
async def world(temporal: WorkflowEnvironment) -> AsyncIterator[World]:
    """What the workflows under test talk to."""
    async with systems(temporal) as world, workflows(temporal):
        yield world


@pytest_asyncio.fixture(loop_scope="session")
async def idle_world(temporal: WorkflowEnvironment) -> AsyncIterator[World]:
    """The same without a worker for the workflows: the test starts and stops its own."""
    async with systems(temporal) as world:
        yield world
