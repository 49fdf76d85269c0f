"""What the specs say about messages: which workflows an event starts, and by what a signal finds its workflow."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, TypeAlias, TypeVar

from cityos_runtime.model import Model, SignalModel

EventT = TypeVar("EventT", bound=Model)

Again: TypeAlias = Literal["never", "after_end"]
WhileRunning: TypeAlias = Literal["reject", "queue", "signal"]


@dataclass(frozen=True, kw_only=True)
class Starts(Generic[EventT]):
    """A workflow that an event starts, where `input` gives its input and not None."""

    workflow: str
    task_queue: str
    workflow_id: str
    """The pattern of its id."""
    input: Callable[[EventT], Model | None]
    again: Again = "never"
    while_running: WhileRunning = "reject"


@dataclass(frozen=True, kw_only=True)
class EventRoute(Generic[EventT]):
    """An event: its payload, the workflows of which only the first that wants it starts, and those beside them."""

    model: type[EventT]
    first_of: tuple[Starts[EventT], ...] = ()
    beside: tuple[Starts[EventT], ...] = ()

    def starting(self, event: EventT) -> list[tuple[Starts[EventT], Model]]:
        """The workflows that this event starts, with their inputs."""
        first = next(((each, given) for each in self.first_of if (given := each.input(event)) is not None), None)
        others = [(each, given) for each in self.beside if (given := each.input(event)) is not None]
        return [first, *others] if first is not None else others


@dataclass(frozen=True, kw_only=True)
class SignalRoute:
    """A signal: its payload, and by what it finds the workflows that take it."""

    model: type[SignalModel]
    ids: tuple[str, ...] = ()
    """Patterns of workflow ids that the payload fills."""
    addresses: tuple[tuple[str, str], ...] = ()
    """Under which name (or pattern of names) and by which field of the payload workflows are found."""


@dataclass(frozen=True, kw_only=True)
class Routes:
    """All messages of a city, by their names; a signal stands under its short names too."""

    events: Mapping[str, EventRoute[Any]] = field(default_factory=dict)
    signals: Mapping[str, SignalRoute] = field(default_factory=dict)
