"""The real Temporal server in virtual time, one for the whole session."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from cityos_runtime.embedded import start_virtual
from temporalio.testing import WorkflowEnvironment


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def temporal() -> AsyncIterator[WorkflowEnvironment]:
    """A Temporal server whose timers cost nothing."""
    async with await start_virtual() as environment:
        yield environment


@pytest.fixture(scope="session", autouse=True)
def own_cache(tmp_path_factory: pytest.TempPathFactory) -> None:
    """Keeps what tests lint out of the user's cache, in this process and in the commands that tests run."""
    os.environ["CITYOSC_CACHE_DIR"] = str(tmp_path_factory.mktemp("cache"))
