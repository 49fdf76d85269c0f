"""The real Temporal server in virtual time, one for the whole session."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio
from cityos_runtime.embedded import start_virtual
from temporalio.testing import WorkflowEnvironment


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def temporal() -> AsyncIterator[WorkflowEnvironment]:
    """A Temporal server whose timers cost nothing."""
    async with await start_virtual() as environment:
        yield environment
