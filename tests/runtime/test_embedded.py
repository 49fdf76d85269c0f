"""The embedded server, where it doesn't start."""

from __future__ import annotations

from pathlib import Path

import pytest
from cityos_runtime import embedded
from cityos_runtime.setup import SetupError


async def test_a_server_that_does_not_start_is_tried_again_and_then_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    starts = tmp_path / "starts"
    command = tmp_path / "temporal"
    command.write_text(f"#!/bin/sh\necho started >> {starts}\nexit 1\n", encoding="utf-8")
    command.chmod(0o755)
    monkeypatch.setattr(embedded, "server_command", lambda: str(command))
    monkeypatch.setattr(embedded, "STARTS", 2)
    with pytest.raises(SetupError, match="did not start in 2 tries"):
        await embedded.start_virtual()
    assert starts.read_text(encoding="utf-8").split() == ["started", "started"]
