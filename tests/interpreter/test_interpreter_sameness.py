"""Compiled and interpreted, a run orders the same of the server: all of the town, and a part of the city."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
CITY = ("wf-001", "wf-003", "wf-009", "wf-017", "wf-024", "wf-031", "wf-044", "wf-056", "wf-066", "wf-080")


@pytest.mark.parametrize(
    ("project", "words"), [(ROOT / "tests" / "golden" / "town", ()), (ROOT, ("2", *CITY))], ids=["town", "city"]
)
def test_both_histories_order_the_same(project: Path, words: tuple[str, ...]) -> None:
    # In a process of its own: the generated packages have the same name.
    done = subprocess.run(
        [sys.executable, "-m", "tests.interpreter.sameness", *words],
        cwd=project, env={**os.environ, "PYTHONPATH": str(ROOT)}, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr
