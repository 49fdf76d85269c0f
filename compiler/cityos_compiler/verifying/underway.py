"""What a run has under way: operations, children and messages whose ends are chosen."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeAlias

import pydantic_core
from cityos_runtime.virtual import Asked, Pending, World
from cityos_runtime.virtual.activities import Terms
from cityos_runtime.virtual.hosting import Hosting
from cityos_runtime.virtual.others import Child


@dataclass
class Asking:
    """An operation that is under way."""

    asked: Asked
    pending: Pending

    @property
    def step(self) -> str:
        """The step that asks."""
        return self.asked.step

    @property
    def is_open(self) -> bool:
        """Whether anybody still waits for it."""
        return not self.pending.activity.result.done()

    def state(self) -> Any:
        """What of it can matter later."""
        return (self.asked.operation, self.asked.key, pydantic_core.to_json(self.asked.input))


@dataclass
class Calling:
    """A child that is under way."""

    child: Child
    step: str
    stopped: bool = False

    @property
    def is_open(self) -> bool:
        """Whether anybody still waits for it."""
        return not self.child.result.done()

    def state(self) -> Any:
        """What of it can matter later."""
        return (self.step, self.stopped)


class Telling:
    """A message to another workflow that is under way."""

    def __init__(self, sender: Hosting, workflow_id: str, name: str, answer: asyncio.Future[None]) -> None:
        self.sender = sender
        self.workflow_id = workflow_id
        self.step = name
        self.answer = answer

    @property
    def is_open(self) -> bool:
        """Whether anybody still waits for it."""
        return not self.answer.done()

    def note(self, *, delivered: bool) -> None:
        """Write down what became of it."""
        self.sender.note("told", self.step, workflow_id=self.workflow_id, delivered=delivered)

    def state(self) -> Any:
        """What of it can matter later."""
        return self.step


Underway: TypeAlias = Asking | Calling | Telling


class Chosen(World):
    """A world in which nothing happens by itself."""

    told: Callable[[Telling], None]

    def signal_other(self, sender: Hosting, workflow_id: str, name: str, args: Any, answer: Any) -> None:
        """Whether there is anybody to be told is chosen."""
        self.told(Telling(sender, workflow_id, name, answer))


def longest(terms: Terms) -> timedelta | None:
    """How long an operation may take with all its attempts; None where nothing limits it."""
    retry = terms.retry
    if terms.within is not None or terms.timeout is None or not retry.maximum_attempts:
        return terms.within
    most = retry.maximum_interval or retry.initial_interval * 100
    rests = [
        min(retry.initial_interval * retry.backoff_coefficient**n, most) for n in range(retry.maximum_attempts - 1)
    ]
    return sum(rests, terms.timeout * retry.maximum_attempts)
