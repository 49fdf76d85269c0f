"""A case that differs is made small."""

from __future__ import annotations

import json

from tests.differential.cases import Case, thrown
from tests.differential.minimising import minimised


def _sleeps(case: Case) -> bool:
    return '"sleep"' in json.dumps(case.spec.get("steps"))


def test_what_is_not_needed_goes_and_what_is_wanted_stays() -> None:
    case = next(case for case in (thrown(5, number) for number in range(100)) if _sleeps(case) and case.stories)
    small = minimised(case, _sleeps)
    left = json.dumps(small.spec["steps"])
    assert _sleeps(small)
    assert '"do"' not in left
    assert len(left) < 200 < len(json.dumps(case.spec["steps"]))
    assert len(small.stories) <= 1
    assert small.spec["workflow"] == case.spec["workflow"]
    assert _sleeps(case), "the case itself is left as it was"
