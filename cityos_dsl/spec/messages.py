"""Contracts of signals, queries and events."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cityos_dsl.source import Mapping, Scalar
from cityos_dsl.spec.shape import Fields, Value, key, optional


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class SignalContract:
    """A signal's contract."""

    LABEL: ClassVar[str] = "a signal"
    node: Mapping
    summary: Scalar | None = optional("What it says.")
    aliases: tuple[Scalar, ...] | None = optional("Short names with the same payload.")
    addition: Scalar | None = optional("Not among the architecture's contracts.", words=("true",))
    source: Scalar | None = optional(
        "Who sends it: a system by its webhook, `workflow`, or `operator`.", example="payment"
    )
    payload: Fields = key("Its payload.")
    example: Value | None = optional("An example of its payload.")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Signals:
    """Signal contracts of one domain."""

    LABEL: ClassVar[str] = "a file of signals"
    domain: Scalar = key("The domain.", example="payment")
    signals: dict[Scalar, SignalContract] = key("The contracts by name.")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class QueryContract:
    """A query's contract."""

    LABEL: ClassVar[str] = "a query"
    summary: Scalar | None = optional("What it answers.")
    result: Fields | None = optional("The fields of its answer.")
    always: Scalar | None = optional("Answered by every workflow.", words=("true",))
    alias_of: Scalar | None = optional("Another query with the same answer.")
    addition: Scalar | None = optional("Not among the architecture's contracts.", words=("true",))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Queries:
    """The query contracts."""

    LABEL: ClassVar[str] = "the queries"
    queries: dict[Scalar, QueryContract] = key("The contracts by name.")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class EventStarts:
    """Which of an event's workflows exclude each other."""

    LABEL: ClassVar[str] = "starts"
    first_of: tuple[Scalar, ...] | None = optional("Only the first whose condition holds.")
    beside: tuple[Scalar, ...] | None = optional("These as well.")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class KnownAs:
    """What another dispatcher calls the workflows that an event starts; nothing of ours listens on its queue."""

    LABEL: ClassVar[str] = "`known_as`"
    workflows: tuple[Scalar, ...] = key("Its names of them.", example=["xsystem.returns-processing"])
    queue: Scalar | None = optional("The queue on which it starts them.", example="commerce-queue")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class EventType:
    """An event's type."""

    LABEL: ClassVar[str] = "an event"
    summary: Scalar | None = optional("What happened.")
    source: Scalar | None = optional("Where it comes from.")
    aggregate: Scalar | None = optional("What it is about.")
    aliases: tuple[Scalar, ...] | None = optional("Other names under which it comes, with the same payload.")
    known_as: KnownAs | None = optional("What another dispatcher calls what it starts.")
    addition: Scalar | None = optional("Not in the architecture.", words=("true",))
    payload: Fields = key("Its payload.")
    starts: EventStarts | None = optional("Which of its workflows exclude each other.")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Events:
    """The event types."""

    LABEL: ClassVar[str] = "the events"
    events: dict[Scalar, EventType] = key("The events by type.")
