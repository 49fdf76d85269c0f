"""The scenarios of the small town that uses every word of the language, run in either way in this process."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path

from cityos_compiler.passes import Checked
from cityos_compiler.scenarios.model import Scenario, read_scenarios
from cityos_compiler.scenarios.outcome import Outcome
from cityos_compiler.workspace import Workspace
from cityos_runtime.virtual import Program

from tests.differential.compiling import Built
from tests.differential.playing import play

TOWN = Path(__file__).parents[1] / "golden" / "town"


@cache
def checked() -> Checked:
    """The town's project."""
    return Workspace.at(TOWN).check()


@cache
def scenarios() -> tuple[Scenario, ...]:
    """Its scenarios."""
    return tuple(read_scenarios(TOWN / "specs" / "tests", TOWN)[0])


def outcome(built: Built, programs: Mapping[str, Program], scenario: Scenario) -> Outcome:
    """How a scenario goes with these workflows."""
    return play(built, programs, scenario, {})
