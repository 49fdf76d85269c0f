"""Scenarios run twice, compiled and interpreted: `python -m tests.interpreter.sameness [WORD...]` in a project.

Both histories must order the same things of the server: activities with their inputs and options, timers, children,
signals, attributes, and the same end. Idempotency keys and run ids differ between any two runs: what counts is which of
them are equal within one. Virtual time also goes on while something really runs: times may differ by that.
"""

from __future__ import annotations

import asyncio
import base64
import json
import os
import re
import sys
import tempfile
from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from cityos_compiler.cli.definitions import keep
from cityos_compiler.cli.scenarios import _fits, signal_examples
from cityos_compiler.passes import check
from cityos_compiler.scenarios.model import Scenario, read_scenarios
from cityos_compiler.scenarios.outcome import Outcome
from cityos_compiler.scenarios.runner import run_all
from cityos_runtime.interpreter.dynamic import DYNAMIC_TYPE, FETCH, Reference
from cityos_runtime.local import LocalCity
from google.protobuf.json_format import MessageToDict
from temporalio.api.enums.v1 import EventType

TOLERANCE = timedelta(minutes=3)
ATTRIBUTES = {
    EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED: "activity_task_scheduled_event_attributes",
    EventType.EVENT_TYPE_TIMER_STARTED: "timer_started_event_attributes",
    EventType.EVENT_TYPE_START_CHILD_WORKFLOW_EXECUTION_INITIATED: (
        "start_child_workflow_execution_initiated_event_attributes"
    ),
    EventType.EVENT_TYPE_SIGNAL_EXTERNAL_WORKFLOW_EXECUTION_INITIATED: (
        "signal_external_workflow_execution_initiated_event_attributes"
    ),
    EventType.EVENT_TYPE_UPSERT_WORKFLOW_SEARCH_ATTRIBUTES: "upsert_workflow_search_attributes_event_attributes",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_COMPLETED: "workflow_execution_completed_event_attributes",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_FAILED: "workflow_execution_failed_event_attributes",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCELED: "workflow_execution_canceled_event_attributes",
    EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CONTINUED_AS_NEW: "workflow_execution_continued_as_new_event_attributes",
}
OF_THE_SERVER = (
    "workflowTaskCompletedEventId", "activityId", "timerId", "control", "header", "stackTrace", "encodedAttributes",
    "newExecutionRunId", "cause", "namespaceId",
)  # fmt: skip
_OWN = re.compile(r"\b(?:[0-9a-f]{30,64}|[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12})\b")


def orders(history: Any) -> list[dict[str, Any]]:
    """What a run ordered of the server, in order."""
    seen: dict[str, str] = {}
    told = []
    for event in history.events:
        name = ATTRIBUTES.get(event.event_type)
        if name is None:
            continue
        data = MessageToDict(getattr(event, name))
        if data.get("activityType", {}).get("name") == FETCH:
            continue
        data["summary"] = event.user_metadata.summary.data.decode()
        data["event"] = EventType.Name(event.event_type)
        told.append(_plain(_as_compiled(data), seen))
    return told


def _plain(value: Any, seen: dict[str, str]) -> Any:
    """Without what the server numbers; payloads as what they hold; keys and ids by the order of their coming."""
    match value:
        case {"metadata": {"encoding": _}}:
            return _plain(_held(value), seen)
        case dict():
            return {key: _plain(each, seen) for key, each in value.items() if key not in OF_THE_SERVER}
        case list():
            return [_plain(each, seen) for each in value]
        case str():
            return _OWN.sub(lambda found: seen.setdefault(found[0], f"#{len(seen)}"), value)
    return value


def _held(payload: dict[str, Any]) -> Any:
    """What a payload holds."""
    data = base64.b64decode(payload.get("data", ""))
    return json.loads(data) if data else None


def _as_compiled(order: dict[str, Any]) -> dict[str, Any]:
    """A run that is started by its definition, as if it had been compiled."""
    if order.get("workflowType", {}).get("name") != DYNAMIC_TYPE:
        return order
    reference, *arguments = order["input"]["payloads"]
    return {**order, "workflowType": {"name": _held(reference)["workflow"]}, "input": {"payloads": arguments}}


def differences(one: Any, other: Any, began: tuple[datetime, datetime], path: str = "") -> Iterator[str]:
    """Where two orders differ; times may be the same, or as long after the start."""
    if isinstance(one, dict) and isinstance(other, dict):
        for key in one.keys() | other.keys():
            yield from differences(one.get(key), other.get(key), began, f"{path}.{key}")
    elif isinstance(one, list) and isinstance(other, list) and len(one) == len(other):
        for number, (left, right) in enumerate(zip(one, other, strict=True)):
            yield from differences(left, right, began, f"{path}[{number}]")
    elif one != other and not _same_time(one, other, began):
        yield f"{path}: {one!r}, interpreted {other!r}"


def _same_time(one: Any, other: Any, began: tuple[datetime, datetime]) -> bool:
    """Two instants as long after their starts, or two durations, but for what really ran meanwhile."""
    if not isinstance(one, str) or not isinstance(other, str):
        return False
    if all(re.fullmatch(r"[\d.]+s", text) for text in (one, other)):
        return abs(float(one[:-1]) - float(other[:-1])) <= TOLERANCE.total_seconds()
    try:
        times = [datetime.fromisoformat(text.replace("Z", "+00:00")) for text in (one, other)]
    except ValueError:
        return False
    left, right = (time.replace(tzinfo=time.tzinfo or UTC) for time in times)
    return abs((left - began[0]) - (right - began[1])) <= TOLERANCE


def compare(compiled: Outcome, interpreted: Outcome) -> list[str]:
    """All that is different about two runs of a scenario."""
    found = [f"compiled: {text}" for text in compiled.wrong] + [f"interpreted: {text}" for text in interpreted.wrong]
    if compiled.history is None or interpreted.history is None:
        return found
    began = tuple(h.events[0].event_time.ToDatetime(tzinfo=UTC) for h in (compiled.history, interpreted.history))
    one, other = orders(compiled.history), orders(interpreted.history)
    names = [[_name(order) for order in run] for run in (one, other)]
    if sorted(names[0]) != sorted(names[1]):
        return [*found, f"ordered {names[0]}, interpreted {names[1]}"]
    pairs = ((one, other), (_unordered(one), _unordered(other)))
    ways: list[list[str]] = [[*_of_each(left, right, (began[0], began[1]))] for left, right in pairs]
    fewest = min(ways, key=len)
    found += fewest
    for what in ("ended", "error_class", "message", "undone", "not_undone", "emitted", "looked_up"):
        pair = getattr(compiled.happened, what), getattr(interpreted.happened, what)
        if pair[0] != pair[1]:
            found.append(f"{what}: {pair[0]}, interpreted {pair[1]}")
    return found


def _of_each(one: Sequence[Any], other: Sequence[Any], began: tuple[datetime, datetime]) -> Iterator[str]:
    for left, right in zip(one, other, strict=True):
        yield from differences(left, right, began, _name(left))


def _unordered(run: Sequence[Any]) -> list[Any]:
    """The same in an order of its own, without keys: what runs side by side may answer in another order next time."""
    without = [json.loads(re.sub(r"#\d+", "#", json.dumps(order))) for order in run]
    return sorted(without, key=lambda order: (_name(order), json.dumps(order, sort_keys=True)))


def _name(order: dict[str, Any]) -> str:
    kind = order.get("activityType", order.get("workflowType", {})).get("name", "")
    return f"{order['event'].removeprefix('EVENT_TYPE_')} {kind} {order['summary']}"


async def run(generated: Path, scenarios: list[Scenario], examples: Any, store: Path | None,
              references: dict[str, Reference]) -> list[Outcome]:  # fmt: skip
    """The scenarios in a city of their own."""
    city = await LocalCity.open(generated, examples=examples, definitions=store)
    city.interpreted = references
    try:
        return await run_all(city, scenarios, at_once=4)
    finally:
        await city.stop()


def main(words: tuple[str, ...]) -> int:
    """Run the scenarios that fit both ways and say where they differ; 1 where they do.

    A number as first word is how many of each workflow are taken.
    """
    first = int(words[0]) if words and words[0].isdigit() else None
    words = words if first is None else words[1:]
    root = Path.cwd()
    checked = check(root)
    by_workflow: dict[str, list[Scenario]] = defaultdict(list)
    for scenario in read_scenarios(root / "specs" / "tests", root)[0]:
        if _fits(scenario, words):
            by_workflow[scenario.workflow].append(scenario)
    scenarios = [scenario for found in by_workflow.values() for scenario in found[:first]]
    examples = signal_examples(checked.project)
    with tempfile.TemporaryDirectory() as folder:
        os.environ["CITYOSC_DEFINITIONS"] = folder
        kept = keep(root, checked, [s.workflow for s in scenarios])
        compiled = asyncio.run(run(root / "generated", scenarios, examples, None, {}))
        interpreted = asyncio.run(run(root / "generated", scenarios, examples, kept.folder, kept.references))
    different = 0
    for pair in zip(compiled, interpreted, strict=True):
        found = compare(*pair)
        different += bool(found)
        for text in found:
            print(f"{pair[0].scenario.workflow}: {pair[0].scenario.name}: {text}")
    print(f"{len(scenarios) - different} the same, {different} different")
    return 1 if different or not scenarios else 0


if __name__ == "__main__":
    code = main(tuple(sys.argv[1:]))
    sys.stdout.flush()
    os._exit(code)  # a process that used a worker may abort while it shuts down
