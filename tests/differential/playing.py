"""One story, run in both ways in this process: all that differs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from itertools import zip_longest
from typing import Any

import pydantic_core
from cityos_compiler.scenarios.model import Action, Scenario, When
from cityos_compiler.scenarios.outcome import Outcome
from cityos_compiler.scenarios.simulated import Place, simulate
from cityos_runtime.sandbox.state import State
from cityos_runtime.virtual import Asked, Program
from cityos_runtime.virtual.clock import START

from cityos_dsl.fields import seconds
from tests.differential.compiling import Built

HORIZON = timedelta(days=40)
SAME = ("ended", "result", "error_class", "message", "undone", "not_undone", "parked", "answered", "queried", "status")


def scenario(story: Mapping[str, Any], workflow: str = "RandomWorkflow", name: str = "a story") -> Scenario:
    """A story as a scenario."""
    return Scenario(
        file="", line=0, name=name, workflow=workflow, tenant="t_001", input=story["input"], last_result=None,
        world=story["world"], actions=tuple(_action(action) for action in story["actions"]), expect={},
    )  # fmt: skip


def _action(said: Mapping[str, Any]) -> Action:
    kind = next(kind for kind in ("signal", "cancel", "decide", "query") if kind in said)
    at = seconds(said["at"]) if said["at"] != "0" else 0.0
    assert at is not None
    return Action(
        at=When(None, at), kind=kind, name=str(said[kind]), payload=said.get("with", {}),
        event_id=said.get("event_id", ""),
    )  # fmt: skip


def play(
    built: Built,
    programs: Mapping[str, Program],
    told: Scenario,
    lasting: Mapping[str, list[int]],
    now: datetime = START,
) -> Outcome:
    """Run a story with these workflows; operations take the seconds that are said, or none."""
    place = Place(programs, built.sandbox, built.manifest, built.examples, lasting=_lasting(lasting), horizon=HORIZON)
    built.sandbox.state = State()
    return simulate(place, told, now=now)


def tell(built: Built, programs: Mapping[str, Program], story: Mapping[str, Any]) -> Outcome:
    """Run a story as it was made."""
    return play(built, programs, scenario(story), story["lasting"])


def _lasting(said: Mapping[str, list[int]]) -> Callable[[Asked], timedelta]:
    """How long the attempts at an operation take, one after the other, and again from the first."""
    asked: Counter[str] = Counter()

    def lasting(attempt: Asked) -> timedelta:
        times = said.get(attempt.operation, [0])
        asked[attempt.operation] += 1
        return timedelta(seconds=times[(asked[attempt.operation] - 1) % len(times)])

    return lasting


def between(one: Outcome, other: Outcome) -> list[str]:
    """The first thing that one did and the other didn't, what is said differently of them, and who can't go on."""
    found = []
    for number, (left, right) in enumerate(zip_longest(_told(one), _told(other))):
        if left != right:
            found.append(f"event {number}: {left}\n    and: {right}")
            break
    assert one.happened is not None and other.happened is not None
    # A run that can't go on is a mistake of both: what the compiler accepts can be run.
    found += [f"stuck: {happened.message}" for happened in (one.happened, other.happened) if happened.ended == "stuck"]
    for name in SAME:
        values = [getattr(happened, name) for happened in (one.happened, other.happened)]
        if values[0] != values[1]:
            found.append(f"{name}: {values[0]!r}\n    and: {values[1]!r}")
    return found


def _told(outcome: Outcome) -> list[tuple[Any, ...]]:
    return [
        (
            entry.time.isoformat(),
            entry.workflow,
            entry.kind,
            entry.name,
            pydantic_core.to_jsonable_python(entry.details),
        )
        for entry in outcome.trace
    ]
