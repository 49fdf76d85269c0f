"""Random workflows do the same compiled as by their definitions, in every story."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, assume, event, given, seed, settings

from tests.differential.cases import Case, build, cases, differences, keep, kept

EXAMPLES = int(os.environ.get("DIFFERENTIAL_EXAMPLES", "200"))
SEED = int(os.environ.get("DIFFERENTIAL_SEED", "5"))
FOUND = Path(__file__).parent / "found"


def _told(case: Case, apart: list[str]) -> str:
    """Where a case that differs was written down, and how."""
    name = hashlib.sha256(case.text.encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / "cityosc-differential" / name
    keep(case, folder)
    return "compiled, and by its definition:\n" + "\n".join(
        [*apart, f"run it again: python -m tests.differential {folder}"]
    )


@seed(SEED)
@settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
@given(cases())
def test_random_workflows(case: Case) -> None:
    built = build(case)
    event("runs" if built is not None else "has findings")
    assume(built is not None)
    assert built is not None
    apart = differences(built, case.stories)
    assert not apart, _told(case, apart)


@pytest.mark.parametrize(
    "folder", sorted(path for path in FOUND.iterdir() if path.is_dir()), ids=lambda path: path.name
)
def test_what_was_found_stays_mended(folder: Path) -> None:
    case = kept(folder)
    built = build(case)
    assert built is not None
    assert not differences(built, case.stories)
