"""Runs on a server held to runs in this process, order by order."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Any, TypeAlias

from cityos_compiler.scenarios.differing import compared
from cityos_compiler.scenarios.model import Scenario
from cityos_compiler.scenarios.outcome import Outcome
from cityos_compiler.scenarios.simulated import Place, simulate
from cityos_runtime.local import read_json
from cityos_runtime.sandbox import Sandbox
from cityos_runtime.virtual.programs import compiled_programs

Runner: TypeAlias = Callable[[list[Scenario]], Awaitable[list[Outcome]]]
TRIES = 3
"""How often a scenario is compared that differs: what lies in a program is there every time."""


def compiled_place(generated: Path, examples: dict[str, Any]) -> Place:
    """Where compiled workflows run in this process."""
    programs = compiled_programs(generated)
    systems, manifest = (read_json(generated / f"{name}.json") for name in ("systems", "manifest"))
    routes = importlib.import_module("cityos_generated.dispatch").ROUTES
    return Place(programs, Sandbox(systems), manifest, examples, routes)


def wrong_here(place: Place, outcomes: list[Outcome]) -> list[str]:
    """What is wrong with scenarios in this process that take no server's pace, in a sentence each."""
    return [
        f"{there.scenario.file}:{there.scenario.line} {there.scenario.name}: {text}"
        for number, there in enumerate(outcomes)
        if there.happened is not None
        for text in simulate(place, there.scenario, number, there.happened.started).wrong
    ]


async def differences(generated: Path, examples: dict[str, Any], outcomes: list[Outcome], again: Runner) -> list[str]:
    """What is wrong with runs on the server, and what they did differently in this process, in a sentence each.

    On a busy machine a server's run now and then differs by its own timing. Such a scenario is run ``again`` there.
    """
    found: list[tuple[Scenario, list[str]]] = []
    for number in range(TRIES):
        if number:
            outcomes = await again([scenario for scenario, _ in found])
        # A place of its own each time: its systems remember what they were asked, by the scenario's number.
        found = await asyncio.to_thread(_found, compiled_place(generated, examples), outcomes)
        if not found:
            break
    return [f"{each.file}:{each.line} {each.name}: {text}" for each, texts in found for text in texts]


def _found(place: Place, outcomes: list[Outcome]) -> list[tuple[Scenario, list[str]]]:
    found = []
    for there in outcomes:
        if there.happened is None:
            found.append((there.scenario, there.wrong))
            continue
        here, texts = compared(place, there)
        if texts := [*there.wrong, *here.wrong, *texts]:
            found.append((there.scenario, texts))
    return found
