"""Workflows by their definitions beside the same workflows compiled, in turns, on one server, in one run.

usage: python benchmarks/interpreting.py [ROUNDS [RUNS [WF-NNN...]]]

One worker process runs both; CPU is that process's alone, with its fetching of definitions. The activities of the
systems, which answer at once, are another's. Exit code 1 where a history has more than the fetch in addition.
"""

from __future__ import annotations

import asyncio
import statistics
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

from cityos_compiler import ir
from cityos_compiler.backends.definition.document import Definitions
from cityos_compiler.passes import check
from cityos_compiler.scenarios.model import Scenario
from cityos_compiler.simulating.actors import Actors
from cityos_compiler.simulating.playing import Stage
from cityos_runtime.context import ActivityContext, Context, Tenant
from cityos_runtime.embedded import start_real
from cityos_runtime.interpreter.dynamic import DYNAMIC_TYPE, FETCH, DynamicWorkflow, Reference, fetching
from cityos_runtime.interpreter.store import DefinitionStore
from cityos_runtime.virtual import Answered, Asked
from cityos_runtime.worker import PASSED_THROUGH, load_workflows
from simulating import ROOT, first_scenario, wishes_of
from temporalio import activity
from temporalio.api.enums.v1 import EventType
from temporalio.client import Client, WorkflowHandle
from temporalio.common import RawValue
from temporalio.contrib.pydantic import pydantic_data_converter
from temporalio.worker import Worker
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions

QUEUE = "benchmark"
CHOSEN = ("WF-001", "WF-018", "WF-051")
"""The first; of those whose first scenario needs no signal and no timer, the one with the most steps, and the one with
the most activities."""
SPENT = "seconds of CPU: "
AT_ONCE = 20
LONGEST = timedelta(minutes=10)
"""A run that takes longer has nobody who works for it: the benchmark fails then."""


@dataclass(frozen=True)
class Subject:
    """A workflow that is measured: its order, and the two ways to start it."""

    workflow: ir.Workflow
    scenario: Scenario
    reference: Reference

    def starts(self, context: Context) -> tuple[tuple[str, list[Any]], tuple[str, list[Any]]]:
        """Type and arguments, compiled and by its definition."""
        given = [self.scenario.input, context]
        return (self.workflow.name, given), (DYNAMIC_TYPE, [self.reference, *given])


@dataclass(frozen=True)
class Spent:
    """What a batch of runs took, and the events of one of them."""

    wall: float
    cpu: float
    events: Counter[str]


async def connected(address: str) -> Client:
    """A client of the server."""
    return await Client.connect(address, data_converter=pydantic_data_converter)


async def serve_activities(address: str) -> None:
    """Answer every operation as the first scenario of its workflow does, or with its example."""
    checked = check(ROOT)
    stage = Stage.of(checked.project, checked.workflows)
    actors = {
        workflow.id: Actors(stage.operations, stage.errors, wishes_of(first_scenario(workflow)))
        for workflow in checked.workflows
    }

    @activity.defn(dynamic=True)
    async def answer(args: Sequence[RawValue]) -> Any:
        context = activity.payload_converter().from_payload(args[1].payload, ActivityContext)
        outcome = actors[context.workflow_id.split(":")[1]](Asked(activity.info().activity_type, {}, context, 1, 1))
        assert isinstance(outcome, Answered)
        return outcome.output

    client = await connected(address)
    queues = {system.task_queue.text for system in checked.project.systems.values()}
    workers = [Worker(client, task_queue=queue, activities=[answer]) for queue in sorted(queues)]
    await asyncio.gather(*(worker.run() for worker in workers))


async def serve_workflows(address: str, store: str) -> None:
    """The worker under test: says the seconds that its process has spent whenever a line comes in."""

    @activity.defn(name="emitEvent")
    async def emit(args: Any, context: ActivityContext) -> dict[str, Any]:
        return {}

    compiled = [each for workflows in load_workflows(ROOT / "generated").values() for each in workflows]
    passed = SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
    async with Worker(
        await connected(address),
        task_queue=QUEUE,
        workflows=[*compiled, DynamicWorkflow],
        activities=[emit, fetching(DefinitionStore(Path(store)))],
        workflow_runner=SandboxedWorkflowRunner(restrictions=passed),
    ):
        while await asyncio.to_thread(sys.stdin.readline):
            print(f"{SPENT}{time.process_time()}", flush=True)


class Measuring:
    """Runs batches on a server, and asks the worker's process for its seconds before and after."""

    def __init__(self, client: Client, worker: subprocess.Popen[str], runs: int) -> None:
        self._client = client
        self._worker = worker
        self._runs = runs

    async def batch(self, subject: Subject, kind: str, arguments: list[Any]) -> Spent:
        """Run one kind of a subject."""
        gate = asyncio.Semaphore(AT_ONCE)

        async def one() -> WorkflowHandle[Any, Any]:
            async with gate:
                handle = await self._client.start_workflow(
                    kind, args=arguments, id=f"benchmark:{subject.workflow.id}:{uuid4()}", task_queue=QUEUE,
                    execution_timeout=LONGEST,
                )  # fmt: skip
                await handle.result()
                return handle

        wall, cpu = time.perf_counter(), self._cpu()
        handles = await asyncio.gather(*(one() for _ in range(self._runs)))
        wall, cpu = time.perf_counter() - wall, self._cpu() - cpu
        return Spent(wall / self._runs, cpu / self._runs, counted(await handles[0].fetch_history()))

    def _cpu(self) -> float:
        assert self._worker.stdin is not None and self._worker.stdout is not None
        self._worker.stdin.write("\n")
        self._worker.stdin.flush()
        told = iter(self._worker.stdout.readline, "")  # the SDK's warnings come the same way
        return next(float(line.removeprefix(SPENT)) for line in told if line.startswith(SPENT))


def counted(history: Any) -> Counter[str]:
    """A history's events by kind; those that schedule an activity by its type."""
    return Counter(
        event.activity_task_scheduled_event_attributes.activity_type.name or EventType.Name(event.event_type)
        for event in history.events
    )


def added(compiled: Counter[str], interpreted: Counter[str]) -> Counter[str]:
    """What an interpreted run orders of the server beyond a compiled one. How events fall into tasks is chance."""
    more = {kind: number - compiled[kind] for kind, number in interpreted.items() if "WORKFLOW_TASK" not in kind}
    return Counter({kind: number for kind, number in more.items() if number > 0})


ALLOWED = Counter({FETCH: 1, "EVENT_TYPE_ACTIVITY_TASK_STARTED": 1, "EVENT_TYPE_ACTIVITY_TASK_COMPLETED": 1})


async def compare(rounds: int, runs: int, chosen: Sequence[str]) -> int:
    """Measure the workflows both ways in turns; 1 where one has more in its history than it may."""
    checked = check(ROOT)
    workflows = [each for number in chosen for each in checked.workflows if each.id == number]
    definitions = Definitions(checked.project, checked.workflows)
    with tempfile.TemporaryDirectory() as folder:
        put = DefinitionStore(Path(folder)).put
        subjects = [
            Subject(each, first_scenario(each), Reference(workflow=each.name, digest=put(definitions.of(each.name))))
            for each in workflows
        ]
        async with await start_real() as environment:
            address = environment.client.service_client.config.target_host
            activities = subprocess.Popen([sys.executable, __file__, "activities", address])
            worker = subprocess.Popen(
                [sys.executable, __file__, "worker", address, folder],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )  # fmt: skip
            try:
                return await report(Measuring(environment.client, worker, runs), subjects, rounds)
            finally:
                activities.terminate()
                worker.terminate()


async def report(measuring: Measuring, subjects: Sequence[Subject], rounds: int) -> int:
    """Print medians over the rounds, the first of which only warms up."""
    context = Context(tenant=Tenant(id="t_001"), correlation_id="benchmark")
    taken: dict[str, list[list[Spent]]] = {subject.workflow.id: [] for subject in subjects}
    for number in range(rounds + 1):
        for subject in subjects:
            starts = list(enumerate(subject.starts(context)))
            spent = {place: await measuring.batch(subject, *start) for place, start in starts[:: 1 - number % 2 * 2]}
            if number:
                taken[subject.workflow.id].append([spent[0], spent[1]])
    print("| workflow | steps | activities | runs/s, compiled | interpreted | ms of worker CPU a run, compiled "
          "| interpreted | interpreted / compiled | events, compiled | interpreted |")  # fmt: skip
    print("|---|---|---|---|---|---|---|---|---|---|")
    too_much = 0
    for subject in subjects:
        pairs = taken[subject.workflow.id]
        print(row(subject.workflow, pairs))
        for compiled, interpreted in pairs:
            if more := added(compiled.events, interpreted.events) - ALLOWED:
                print(f"{subject.workflow.id}: more than the fetch: {dict(more)}")
                too_much = 1
    return too_much


def row(workflow: ir.Workflow, pairs: Sequence[list[Spent]]) -> str:
    """A workflow's line of the table."""
    compiled, interpreted = zip(*pairs, strict=True)
    both = (compiled, interpreted)
    rates = [f"{statistics.median(1 / each.wall for each in kind):.0f}" for kind in both]
    spent = [f"{statistics.median(each.cpu for each in kind) * 1000:.1f}" for kind in both]
    ratio = f"{statistics.median(b.cpu / a.cpu for a, b in pairs):.2f}"
    events = [str(kind[0].events.total()) for kind in both]
    activities = str(compiled[0].events["EVENT_TYPE_ACTIVITY_TASK_COMPLETED"])
    steps = str(len(ir.all_steps(workflow)))
    return f"| {' | '.join([f'{workflow.id}', steps, activities, *rates, *spent, ratio, *events])} |"


def main(arguments: Sequence[str]) -> int:
    """Run the comparison, or one of its processes."""
    match arguments:
        case ["activities", address]:
            asyncio.run(serve_activities(address))
            return 0
        case ["worker", address, store]:
            asyncio.run(serve_workflows(address, store))
            return 0
    rounds, runs = (int(text) for text in [*arguments[:2], *["5", "100"][len(arguments) :]])
    return asyncio.run(compare(rounds, runs, arguments[2:] or CHOSEN))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
