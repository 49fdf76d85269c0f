"""What travels between the parts of the dispatch."""

from __future__ import annotations

from typing import Any

from pydantic import Field

from cityos_runtime.dispatch.routes import Again, WhileRunning
from cityos_runtime.model import Model

QUEUE = "cityos-dispatch"
"""The task queue of the dispatch itself."""


class Message(Model):
    """An event or signal from outside."""

    name: str
    payload: dict[str, Any] = Field(default_factory=dict)
    event_id: str


class StartRequest(Model):
    """A workflow that a message starts."""

    workflow: str
    task_queue: str
    workflow_id: str
    input: dict[str, Any]
    again: Again
    while_running: WhileRunning


class Routed(Model):
    """Where a message goes, as things stand now."""

    refused: str = ""
    """Why it can go nowhere: it is unknown, or its payload doesn't fit."""
    starts: list[StartRequest] = Field(default_factory=list)
    takers: list[str] = Field(default_factory=list)
    """The ids of running workflows that it may be for."""
    is_signal: bool = False
    """Somebody must take it: where nobody does yet, it waits."""


class Delivery(Model):
    """What became of a message."""

    status: str
    """delivered; nobody, where an event starts nothing; dropped, by an operator."""
    delivered_to: list[str] = Field(default_factory=list)
    started: list[str] = Field(default_factory=list)
    not_started: list[str] = Field(default_factory=list)
    """Workflows that ran already, or had run, and may not run again."""
