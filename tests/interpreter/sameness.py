"""Scenarios by their definitions on the server, and compiled in this process: `python -m tests.interpreter.sameness`.

In a project; words choose scenarios, and a number before them how many of each workflow. What each run ordered must be
the same, in sequence: operations with their inputs, keys, times, retries and queues, timers, called workflows, signals,
what messages find it by, and how it ended. `tests/test_city.py` holds the compiled workflows on the server to the same.
"""

from __future__ import annotations

import asyncio
import os
import sys
import tempfile
from collections import defaultdict
from pathlib import Path

from cityos_compiler.cli.definitions import keep
from cityos_compiler.cli.scenarios import _fits, signal_examples
from cityos_compiler.passes import check
from cityos_compiler.scenarios.model import Scenario, read_scenarios
from cityos_compiler.scenarios.outcome import Outcome
from cityos_compiler.scenarios.runner import run_all
from cityos_runtime.local import LocalCity

from tests.comparing import differences


def chosen(root: Path, words: tuple[str, ...]) -> list[Scenario]:
    """The scenarios that fit; a number as first word is how many of each workflow are taken."""
    first = int(words[0]) if words and words[0].isdigit() else None
    words = words if first is None else words[1:]
    by_workflow: dict[str, list[Scenario]] = defaultdict(list)
    for scenario in read_scenarios(root / "specs" / "tests", root)[0]:
        if _fits(scenario, words):
            by_workflow[scenario.workflow].append(scenario)
    return [scenario for found in by_workflow.values() for scenario in found[:first]]


async def compare(root: Path, scenarios: list[Scenario]) -> list[str]:
    """What is wrong with the runs by their definitions, and where they differ from the compiled."""
    checked = check(root)
    examples, generated = signal_examples(checked.project), root / "generated"
    kept = keep(root, checked, [s.workflow for s in scenarios])

    async def interpreted(some: list[Scenario]) -> list[Outcome]:
        city = await LocalCity.open(generated, examples=examples, definitions=kept.folder)
        city.interpreted = kept.references
        try:
            return await run_all(city, some, at_once=4)
        finally:
            await city.stop()

    return await differences(generated, examples, await interpreted(scenarios), interpreted)


def main(words: tuple[str, ...]) -> int:
    """Compare the scenarios that fit; 1 where they differ, or none fits."""
    root = Path.cwd()
    scenarios = chosen(root, words)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CITYOSC_DEFINITIONS"] = folder
        found = asyncio.run(compare(root, scenarios))
    for text in found:
        print(text)
    print(f"{len(scenarios)} scenarios, {len(found)} differences")
    return 1 if found or not scenarios else 0


if __name__ == "__main__":
    code = main(tuple(sys.argv[1:]))
    sys.stdout.flush()
    os._exit(code)  # a process that used a worker may abort while it shuts down
