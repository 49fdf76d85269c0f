"""Some random workflows on the Temporal server as well, compiled and by their definitions."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

NUMBER = os.environ.get("DIFFERENTIAL_SERVER", "3")


def test_random_workflows_on_the_server() -> None:
    # A process of its own: its generated package is not the city's.
    command = [sys.executable, "-m", "tests.differential.on_temporal", NUMBER]
    ran = subprocess.run(
        command, cwd=Path(__file__).parents[2], env={**os.environ, "PYTHONPATH": ".:compiler:runtime"},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.strip().endswith(" 0 differences")
