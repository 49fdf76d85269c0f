"""The town's scenarios do the same compiled as by its workflows' definitions."""

from __future__ import annotations

import pytest
from cityos_compiler.scenarios.model import Scenario

from tests.differential import town
from tests.differential.compiling import Built
from tests.differential.playing import between


@pytest.fixture(scope="module")
def built() -> Built:
    return Built(town.checked())


@pytest.mark.parametrize("scenario", town.scenarios(), ids=lambda scenario: f"{scenario.workflow}: {scenario.name}")
def test_town_scenarios(built: Built, scenario: Scenario) -> None:
    ways = [town.outcome(built, programs, scenario) for programs in (built.compiled, built.interpreted)]
    assert not between(*ways)
