"""Random workflows do the same compiled as by their definitions, in every story."""

from __future__ import annotations

import hashlib
import os
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, assume, given, seed, settings

from tests.differential.cases import Case, build, cases, differences, keep, kept, thrown
from tests.differential.minimising import minimised

EXAMPLES = int(os.environ.get("DIFFERENTIAL_EXAMPLES", "120"))
SEED = int(os.environ.get("DIFFERENTIAL_SEED", "5"))
FOUND = Path(__file__).parent / "found"


def _told(case: Case, number: int | None = None) -> str:
    """How a case differs, made as small as it can be, and where it was written down."""
    case = minimised(case)
    name = hashlib.sha256(case.text.encode()).hexdigest()[:12]
    folder = Path(tempfile.gettempdir()) / "cityosc-differential" / name
    keep(case, folder)
    built = build(case)
    assert built is not None
    of = f"number {number} of seed {SEED}: " if number is not None else ""
    return f"{of}compiled, and by its definition:\n" + "\n".join(
        [case.text, *differences(built, case.stories), f"run it again: python -m tests.differential {folder}"]
    )


@seed(SEED)
@settings(max_examples=60, deadline=None, database=None, phases=[Phase.generate],
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(cases())
def test_workflows_that_hypothesis_makes(case: Case) -> None:
    built = build(case)
    assume(built is not None)
    assert built is not None
    assert not differences(built, case.stories), _told(case)


def test_workflows_by_their_numbers() -> None:
    ran = 0
    for number in range(EXAMPLES):
        case = thrown(SEED, number)
        if (built := build(case)) is not None:
            ran += 1
            assert not differences(built, case.stories), _told(case, number)
    assert ran > EXAMPLES * 0.8, f"of {EXAMPLES} random workflows only {ran} could be built"


@pytest.mark.parametrize(
    "folder", sorted(path for path in FOUND.iterdir() if path.is_dir()), ids=lambda path: path.name
)
def test_what_was_found_stays_mended(folder: Path) -> None:
    case = kept(folder)
    built = build(case)
    assert built is not None
    assert not differences(built, case.stories)
