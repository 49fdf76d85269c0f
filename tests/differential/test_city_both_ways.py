"""Scenarios of the city in this process: compiled and by their definitions they do exactly the same."""

from __future__ import annotations

import importlib
import os
from pathlib import Path

from cityos_compiler.backends.definition.document import Definitions
from cityos_compiler.cli.scenarios import signal_examples
from cityos_compiler.passes import check
from cityos_compiler.scenarios.model import read_scenarios
from cityos_compiler.scenarios.simulated import Place, simulate
from cityos_runtime.local import read_json
from cityos_runtime.sandbox import Sandbox
from cityos_runtime.virtual.programs import compiled_programs, interpreted_programs

from tests.differential.playing import between

ROOT = Path(__file__).parents[2]
EVERY = 1 if os.environ.get("DIFFERENTIAL_CITY") == "all" else 16
"""All of them take minutes; every so-manyth is run where nobody asks for more."""


def test_city_scenarios() -> None:
    checked = check(ROOT)
    definitions = Definitions(checked.project, checked.workflows)
    examples, generated = signal_examples(checked.project), ROOT / "generated"
    systems, manifest = (read_json(generated / f"{name}.json") for name in ("systems", "manifest"))
    compiled = compiled_programs(generated)
    interpreted = interpreted_programs([definitions.of(name) for name in definitions.workflows])
    routes = importlib.import_module("cityos_generated.dispatch").ROUTES
    scenarios, _, _ = read_scenarios(ROOT / "specs" / "tests", ROOT)
    places = [Place(each, Sandbox(systems), manifest, examples, routes) for each in (compiled, interpreted)]
    apart = [
        f"{scenario.file}:{scenario.line} {scenario.name}: {text}"
        for number, scenario in enumerate(scenarios[::EVERY])
        for text in between(*(simulate(place, scenario, number) for place in places))
    ]
    assert not apart, "compiled, and by its definition:\n" + "\n".join(apart)
