"""The golden town, in which every word of the language stands, has no violation."""

from __future__ import annotations

import pytest
from cityos_compiler.backends.definition.document import Definitions
from cityos_compiler.scenarios.model import read_scenarios
from cityos_compiler.verifying.bounds import Bounds
from cityos_compiler.verifying.choices import Choice
from cityos_compiler.verifying.city import City, verify_all
from cityos_compiler.verifying.subject import Given
from cityos_compiler.workspace import Workspace

from tests.verifying.town import TOWN, verified

BOUNDS = Bounds(faults=1, runs=80)


@pytest.fixture(scope="module")
def town() -> City:
    checked = Workspace.at(TOWN).check()
    scenarios, _, _ = read_scenarios(TOWN / "specs" / "tests", TOWN)
    return City(checked.project, Definitions(checked.project, checked.workflows), scenarios)


def test_two_processes_find_what_one_finds(town: City) -> None:
    names = list(town.definitions.workflows)
    alone, together = ([(each.id, each.states, each.runs, each.violations, each.missed)
                        for each in verify_all(town, names, BOUNDS, workers)] for workers in (1, 2))  # fmt: skip
    assert alone == together
    assert [violations for _, _, _, violations, _ in alone] == [[] for _ in names]


def test_a_trace_can_be_walked_again() -> None:
    report = verified("- do: book\n- do: tell\n  with: {text: \"'welcome'\"}\n- pivot\n")
    (wrong,) = report.violations
    assert wrong.trace["given"]["input"].keys() == {"visitor_id", "place", "fee"}
    assert [Choice(**each).shown() for each in wrong.trace["choices"]] == [
        line.split("  ", 1)[1] for line in wrong.timeline[:-1]
    ]
    assert Given(**wrong.trace["given"]).tenant == "t"
