"""A vendor for each test."""

from __future__ import annotations

from collections.abc import AsyncIterator

import pytest_asyncio

from tests.http.vendor import Vendor, serving


@pytest_asyncio.fixture
async def vendor() -> AsyncIterator[Vendor]:
    """Somebody to send requests to."""
    async with serving() as vendor:
        yield vendor
