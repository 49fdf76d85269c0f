"""Simulated runs a second, of the first workflow and of the largest, by definition and compiled.

`python benchmarks/simulating.py`. Side by side in one process, in rounds that alternate. Processor time counts, so
that other work on the machine doesn't.
"""

from __future__ import annotations

import statistics
import sys
import time
from collections.abc import Callable, Mapping
from functools import partial
from pathlib import Path

from cityos_compiler import ir
from cityos_compiler.passes import check
from cityos_compiler.scenarios.model import Scenario, read_scenarios
from cityos_compiler.simulating.actors import Actors
from cityos_compiler.simulating.playing import Stage
from cityos_compiler.simulating.wishes import Wishes
from cityos_runtime.context import Context, Tenant
from cityos_runtime.ids import filled
from cityos_runtime.virtual import Program, World
from cityos_runtime.virtual.apart import apart
from cityos_runtime.virtual.programs import compiled_programs

ROOT = Path(__file__).parents[1]
ROUNDS, RUNS = 5, 200


def first_scenario(workflow: ir.Workflow) -> Scenario:
    """The scenario whose input and answers a workflow is measured with."""
    return read_scenarios(ROOT / "specs" / "tests", ROOT, only=workflow.name)[0][0]


def wishes_of(scenario: Scenario) -> Wishes:
    """The answers of the scenario's systems."""
    return Wishes(answers={name: entries[0].get("answers", {}) for name, entries in scenario.world.items()})


def player(stage: Stage, workflow: ir.Workflow, programs: Mapping[str, Program]) -> Callable[[], None]:
    """A function that plays the workflow's first scenario once, to its end."""
    first = first_scenario(workflow)
    wishes = wishes_of(first)
    context = Context(tenant=Tenant(id=first.tenant))
    name = filled(workflow.workflow_id, {**first.input, "tenant_id": first.tenant})

    def play() -> None:
        world = World(programs, Actors(stage.operations, stage.errors, wishes))
        run = world.start(workflow.name, first.input, context, workflow_id=name)
        world.go(enough=lambda: run.is_over)
        assert run.status != "stuck", run.stuck

    return play


def often(play: Callable[[], None]) -> None:
    """Play it as often as it is played in a round."""
    for _ in range(RUNS):
        play()


def main() -> int:
    """Print a table in Markdown."""
    checked = check(ROOT)
    stage = Stage.of(checked.project, checked.workflows)
    compiled = compiled_programs(ROOT / "generated")
    largest = max(checked.workflows, key=lambda workflow: len(ir.all_steps(workflow)))
    print("| workflow | steps | by its definition, runs a second | compiled, runs a second |")
    print("|---|---|---|---|")
    for workflow in (checked.workflows[0], largest):
        players = [player(stage, workflow, stage.programs), player(stage, workflow, compiled)]
        rates: list[list[float]] = [[], []]
        for _ in range(ROUNDS):
            for play, found in zip(players, rates, strict=True):
                began = time.process_time()
                apart(partial(often, play))
                found.append(RUNS / (time.process_time() - began))
        shown = " | ".join(f"{statistics.median(each):.0f}" for each in rates)
        print(f"| {workflow.id} {workflow.name} | {len(ir.all_steps(workflow))} | {shown} |")
    return 0


if __name__ == "__main__":
    sys.exit(main())
