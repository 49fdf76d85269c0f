"""What tests of kept checks share."""

from __future__ import annotations

from pathlib import Path

import pytest


@pytest.fixture
def empty_cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A cache that nothing was kept in before."""
    monkeypatch.setenv("CITYOSC_CACHE_DIR", str(tmp_path / "cache"))
