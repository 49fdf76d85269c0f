"""Scenarios of the city in this process: compiled and by their definitions they do exactly the same."""

from __future__ import annotations

import os
from dataclasses import replace
from pathlib import Path

from cityos_compiler.backends.definition.document import Definitions
from cityos_compiler.cli.scenarios import signal_examples
from cityos_compiler.passes import check
from cityos_compiler.scenarios.model import read_scenarios
from cityos_compiler.scenarios.simulated import simulate
from cityos_runtime.virtual.programs import interpreted_programs

from tests.comparing import compiled_place
from tests.differential.playing import between

ROOT = Path(__file__).parents[2]
EVERY = 1 if os.environ.get("DIFFERENTIAL_CITY") == "all" else 16
"""All of them take minutes; every so-manyth is run where nobody asks for more."""


def test_city_scenarios() -> None:
    checked = check(ROOT)
    definitions = Definitions(checked.project, checked.workflows)
    examples, generated = signal_examples(checked.project), ROOT / "generated"
    interpreted = interpreted_programs([definitions.of(name) for name in definitions.workflows])
    scenarios, _, _ = read_scenarios(ROOT / "specs" / "tests", ROOT)
    places = [compiled_place(generated, examples), replace(compiled_place(generated, examples), programs=interpreted)]
    apart = [
        f"{scenario.file}:{scenario.line} {scenario.name}: {text}"
        for number, scenario in enumerate(scenarios[::EVERY])
        for text in between(*(simulate(place, scenario, number) for place in places))
    ]
    assert not apart, "compiled, and by its definition:\n" + "\n".join(apart)
