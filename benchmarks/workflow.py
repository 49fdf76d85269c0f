"""A generated workflow beside a hand-written one of the same activities, in turns, on one server, in one run.

usage: python benchmarks/workflow.py [ROUNDS [RUNS]]

The worker under test runs in this process; the activities, which answer at once, in another. CPU is this process's.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT / "generated"), str(ROOT)]

from cityos_runtime.context import Context, Tenant  # noqa: E402 - after the path is set
from cityos_runtime.embedded import start_real  # noqa: E402
from cityos_runtime.worker import PASSED_THROUGH  # noqa: E402
from temporalio import activity  # noqa: E402
from temporalio.client import Client  # noqa: E402
from temporalio.common import RawValue  # noqa: E402
from temporalio.contrib.pydantic import pydantic_data_converter  # noqa: E402
from temporalio.worker import Worker  # noqa: E402
from temporalio.worker.workflow_sandbox import SandboxedWorkflowRunner, SandboxRestrictions  # noqa: E402

from benchmarks.handwritten import HandwrittenOrderPlacement  # noqa: E402

QUEUE = "medusa-commerce"
WORKFLOWS = ("OrderPlacementWorkflow", "HandwrittenOrderPlacement")
AT_ONCE = 20


def read(path: str) -> Any:
    """A JSON file of the generated code."""
    return json.loads((ROOT / "generated" / path).read_text(encoding="utf-8"))


def examples() -> dict[str, Any]:
    """What each operation answers."""
    systems = read("systems.json")["systems"].values()
    answers = {name: operation["example"] for system in systems for name, operation in system["operations"].items()}
    return {**answers, "capturePayment": {"payment_intent_id": "pi_1", "status": "captured"}}


def order() -> dict[str, Any]:
    """The order of the scenario tests."""
    from cityos_compiler.scenarios.model import read_scenarios

    scenarios, _, _ = read_scenarios(ROOT / "specs" / "tests", ROOT)
    return next(scenario.input for scenario in scenarios if scenario.workflow == WORKFLOWS[0])


async def serve_activities(address: str) -> None:
    """Answer every activity of every queue with its example."""
    answers = examples()

    @activity.defn(dynamic=True)
    async def answer(args: Sequence[RawValue]) -> Any:
        return answers[activity.info().activity_type]

    client = await Client.connect(address, data_converter=pydantic_data_converter)
    queues = {system["task_queue"] for system in read("systems.json")["systems"].values()}
    workers = [Worker(client, task_queue=queue, activities=[answer]) for queue in sorted(queues)]
    await asyncio.gather(*(worker.run() for worker in workers))


async def measure(client: Client, workflow: str, given: dict[str, Any], runs: int) -> tuple[float, float, int]:
    """Wall seconds, this process's CPU seconds, and a run's history events."""
    context = Context(tenant=Tenant(id="t_001"), correlation_id="benchmark")
    gate = asyncio.Semaphore(AT_ONCE)

    async def one(number: int) -> str:
        name = f"benchmark:{uuid4()}"
        async with gate:
            await client.execute_workflow(workflow, args=[given, context], id=name, task_queue=QUEUE)
        return name

    wall, cpu = time.perf_counter(), time.process_time()
    names = await asyncio.gather(*(one(number) for number in range(runs)))
    wall, cpu = time.perf_counter() - wall, time.process_time() - cpu
    history = await client.get_workflow_handle(names[0]).fetch_history()
    return wall, cpu, len(history.events)


async def compare(rounds: int, runs: int) -> None:
    """Measure both in turns and print what a run costs."""
    module = __import__("cityos_generated.workflows.wf_001_order_placement", fromlist=[WORKFLOWS[0]])
    given = order()
    async with await start_real() as environment:
        client = environment.client
        address = client.service_client.config.target_host
        activities = subprocess.Popen([sys.executable, __file__, "activities", address])
        runner = SandboxedWorkflowRunner(
            restrictions=SandboxRestrictions.default.with_passthrough_modules(*PASSED_THROUGH)
        )
        try:
            async with Worker(
                client,
                task_queue=QUEUE,
                workflows=[getattr(module, WORKFLOWS[0]), HandwrittenOrderPlacement],
                workflow_runner=runner,
            ):
                await report(client, given, rounds, runs)
        finally:
            activities.terminate()


async def report(client: Client, given: dict[str, Any], rounds: int, runs: int) -> None:
    """Print medians over the rounds, the first of which only warms up."""
    taken: dict[str, list[tuple[float, float, int]]] = {name: [] for name in WORKFLOWS}
    for number in range(rounds + 1):
        for name in WORKFLOWS if number % 2 else WORKFLOWS[::-1]:
            spent = await measure(client, name, given, runs)
            if number:
                taken[name].append(spent)
    for name, spent_all in taken.items():
        rate = statistics.median(runs / wall for wall, _, _ in spent_all)
        cpu = statistics.median(cpu / runs for _, cpu, _ in spent_all) * 1000
        print(f"{name:<28} {rate:6.1f} runs/s  {cpu:6.2f} ms CPU a run  {spent_all[0][2]} events")
    pairs = list(zip(*taken.values(), strict=True))
    print(f"throughput, hand-written / generated: {statistics.median(b[0] / a[0] for a, b in pairs) ** -1:.2f}")
    print(f"worker CPU, generated / hand-written: {statistics.median(a[1] / b[1] for a, b in pairs):.2f}")


def main() -> None:
    """Run the comparison, or the process of the activities."""
    if sys.argv[1:2] == ["activities"]:
        asyncio.run(serve_activities(sys.argv[2]))
        return
    rounds, runs = (int(text) for text in [*sys.argv[1:], *["5", "100"][len(sys.argv) - 1 :]])
    asyncio.run(compare(rounds, runs))


if __name__ == "__main__":
    main()
