"""`python -m tests.differential.on_temporal [NUMBER [SEED]]`: random workflows on the Temporal server, in both ways.

Each is run compiled and by its definition on the server, and compiled in this process: what differs is printed.
"""

from __future__ import annotations

import asyncio
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from itertools import count
from pathlib import Path
from random import Random
from typing import Any

import yaml
from cityos_compiler.backends.definition.document import Definitions
from cityos_compiler.scenarios.differing import compared
from cityos_compiler.scenarios.model import Scenario, When
from cityos_compiler.scenarios.outcome import Outcome
from cityos_compiler.scenarios.runner import run_all
from cityos_compiler.scenarios.simulated import Place
from cityos_runtime.interpreter.dynamic import Reference
from cityos_runtime.interpreter.store import DefinitionStore
from cityos_runtime.local import LocalCity
from cityos_runtime.sandbox.state import State

from tests.differential.cases import Case, build
from tests.differential.compiling import FILE, Built, check
from tests.differential.dice import Dice
from tests.differential.playing import HORIZON, play, scenario
from tests.differential.stories import story
from tests.differential.workflows import workflow

BESIDE = 7.0
"""Seconds by which what comes from outside is moved, so that it doesn't come in a timer's very moment."""


def drawn(number: int, start: int) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    """Random workflows that can be compiled, each with a name of its own, and their stories."""
    found: list[tuple[dict[str, Any], list[dict[str, Any]]]] = []
    for each in count():
        dice = Dice(Random(f"{start} {each}").randint)
        spec = workflow(dice, 101 + len(found))
        if build(Case(spec, [])) is not None:
            found.append((spec, [story(dice, spec) for _ in range(2)]))
        if len(found) == number:
            break
    return found


def project(specs: list[dict[str, Any]]) -> Built:
    """All of them in one project."""
    files = {FILE.replace("wf-001-random", spec["id"].lower()): yaml.safe_dump(spec, sort_keys=False) for spec in specs}
    checked = check(files)
    assert not checked.findings, checked.findings
    return Built(checked)


def told(built: Built, name: str, said: Mapping[str, Any]) -> Scenario | None:
    """A story as it can be told on a server too: it ends, and nothing comes after its end."""
    world = {
        name: [entry for entry in entries if "lost" not in entry]  # which takes real time on a server
        for name, entries in said["world"].items()
    }
    story = {
        **said,
        "world": world,
        "lasting": {},
        "actions": [each for each in said["actions"] if "decide" not in each],
    }
    whole = scenario(story, name)
    actions = [replace(each, at=When(None, each.at.seconds + BESIDE)) for each in whole.actions]
    whole = replace(whole, actions=tuple(actions[:-2]))  # without what ends the longest runs
    here = play(built, built.compiled, whole, {})
    # Each workflow and each new run of the test server has a clock of its own.
    apart = any(entry.kind in ("child", "continued") for entry in here.trace)
    if here.happened is None or here.happened.ended not in ("completed", "failed", "cancelled") or apart:
        return None
    took = here.happened.took
    return replace(whole, actions=tuple(each for each in whole.actions if each.at.seconds < took - BESIDE))


async def on_server(built: Built, scenarios: list[Scenario], folder: Path) -> tuple[list[Outcome], list[Outcome]]:
    """Run them compiled, and by their definitions."""
    generated = folder / "generated"
    for path, text in built.files.items():
        (generated / path).parent.mkdir(parents=True, exist_ok=True)
        (generated / path).write_text(text, encoding="utf-8")
    definitions = Definitions(built.checked.project, built.checked.workflows)
    store = DefinitionStore(folder / "definitions")
    digests = {name: store.put(definitions.of(name)) for name in definitions.workflows}
    references = {name: Reference(workflow=name, digest=digest, children=digests) for name, digest in digests.items()}
    city = await LocalCity.open(generated, examples=built.examples, definitions=store.folder)
    try:
        compiled = await run_all(city, scenarios, at_once=3)
        city.sandbox.state = type(city.sandbox.state)()  # what was booked must not be found again
        city.interpreted = references
        interpreted = await run_all(city, [replace(each, tenant="t_002") for each in scenarios], at_once=3)
    finally:
        await city.stop()
    return compiled, interpreted


def main(number: int, start: int) -> int:
    """Compare so many workflows; how many stories differ."""
    specs = drawn(number, start)
    built = project([spec for spec, _ in specs])
    stories = [one for spec, said in specs for each in said if (one := told(built, spec["workflow"], each)) is not None]
    with tempfile.TemporaryDirectory() as folder:
        ways = asyncio.run(on_server(built, stories, Path(folder)))
    apart = [
        f"{outcome.scenario.workflow} in this process, and {way} on the server: {text}"
        for way, outcomes in zip(("compiled", "interpreted"), ways, strict=True)
        for outcome in outcomes
        for text in (outcome.wrong if outcome.happened is None else differences(built, outcome))
    ]
    print("\n".join([*apart, f"{len(specs)} workflows, {len(stories)} stories, {len(apart)} differences"]))
    return len(apart)


def differences(built: Built, there: Outcome) -> list[str]:
    """What a run on the server did differently from one in this process at its pace."""
    built.sandbox.state = State()
    place = Place(built.compiled, built.sandbox, built.manifest, built.examples, horizon=HORIZON)
    return compared(place, there)[1]


if __name__ == "__main__":
    sys.exit(1 if main(int((sys.argv[1:] or ["3"])[0]), int((sys.argv[2:] or ["7"])[0])) else 0)
