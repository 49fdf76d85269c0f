"""What is asked of a simulation, as it is written on the command line."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from cityos_compiler.scenarios.model import When, moment
from cityos_dsl.diagnostics import did_you_mean
from cityos_dsl.fields import seconds

_TIMES = re.compile(r"(.*?)(?:\*(\d+))?", re.DOTALL)


class WrongWish(Exception):
    """What is asked for can't be; the message says why, and what can."""


@dataclass
class Fault:
    """A step's next attempts fail with an error class, or are lost."""

    error: str
    """An error class; `request` and `answer` for what is lost on the way there or back."""
    times: int | None = None
    """None is always."""


@dataclass(frozen=True)
class Arrival:
    """Something from outside, at a moment."""

    at: When
    kind: str
    """signal, cancel, decide or query."""
    name: str = ""
    payload: dict[str, Any] = field(default_factory=dict)


@dataclass
class Wishes:
    """All of it. Steps are named by their own names or by their operations'."""

    faults: dict[str, list[Fault]] = field(default_factory=dict)
    delays: dict[str, timedelta] = field(default_factory=dict)
    answers: dict[str, dict[str, Any]] = field(default_factory=dict)
    arrivals: list[Arrival] = field(default_factory=list)


@dataclass(frozen=True)
class Known:
    """The names that a workflow has."""

    steps: Collection[str]
    operations: Collection[str]
    errors: Collection[str]
    signals: Collection[str]
    queries: Collection[str]

    def step(self, name: str) -> str:
        """A step or an operation.

        Raises WrongWish where there is none of that name.
        """
        return _one_of(name, [*self.steps, *self.operations], "step or operation")


def _one_of(name: str, known: Collection[str], what: str) -> str:
    if name in known:
        return name
    hint = did_you_mean(name, known) or f"known: {', '.join(sorted(set(known))) or 'none'}"
    raise WrongWish(f"there is no {what} `{name}`; {hint}")


def faults(texts: Sequence[str], known: Known, lost: bool = False) -> dict[str, list[Fault]]:
    """`step:Error*3`, one after the other for the same step.

    Raises WrongWish for a step or an error class that there isn't.
    """
    found: dict[str, list[Fault]] = {}
    for text in texts:
        step, colon, rest = text.partition(":")
        match = _TIMES.fullmatch(rest)
        if not colon or match is None or not match[1]:
            shape = "step:request or step:answer, with *2 for twice" if lost else "step:ErrorClass, with *3 for thrice"
            raise WrongWish(f"`{text}` says no fault: write {shape}")
        here = found.setdefault(known.step(step), [])
        error = _one_of(match[1], ("request", "answer") if lost else known.errors, "loss" if lost else "error class")
        here.append(Fault(error, int(match[2]) if match[2] else None))
    return found


def delays(texts: Sequence[str], known: Known) -> dict[str, timedelta]:
    """`step:2h`.

    Raises WrongWish for a step that there isn't, and for what is no time.
    """
    found = {}
    for text in texts:
        step, _, rest = text.partition(":")
        lasting = seconds(rest)
        if lasting is None:
            raise WrongWish(f"`{text}` says no delay: write step:2h or step:30m")
        found[known.step(step)] = timedelta(seconds=lasting)
    return found


def answers(texts: Sequence[str], known: Known) -> dict[str, dict[str, Any]]:
    """`step={"status": "declined"}`: fields of its answer, over those of the operation's example.

    Raises WrongWish for a step that there isn't, and for what is no JSON.
    """
    found: dict[str, dict[str, Any]] = {}
    for text in texts:
        step, _, rest = text.partition("=")
        found[known.step(step.strip())] = _json(rest, text)
    return found


def arrival(kind: str, text: str, known: Known) -> Arrival:
    """`name@2h`, or `name@step+2h={"field": 1}`.

    Raises WrongWish for a name that there isn't, and for what is no moment.
    """
    said, _, payload = text.partition("=")
    name, at, when = said.partition("@")
    found = moment(when) if at else None
    if found is None:
        raise WrongWish(f"`{text}` says no moment: write name@2h (after the start) or name@step+2h")
    if found.after is not None:
        known.step(found.after)
    if kind == "decide":
        step, _, action = name.partition(":")
        known.step(step.partition("#")[0])  # one of several that are parked under one name is told by its number
        _one_of(action or "retry", ("retry", "skip", "fail"), "decision")
    if kind == "signal":
        _one_of(name, known.signals, "signal")
    if kind == "query":
        _one_of(name, known.queries, "query")
    return Arrival(found, kind, name, _json(payload, text) if payload else {})


def _json(text: str, whole: str) -> dict[str, Any]:
    try:
        value = json.loads(text)
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise WrongWish(f'`{whole}` needs a JSON map behind its `=`, such as {{"status": "declined"}}')
    return value
