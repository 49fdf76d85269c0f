"""Systems: how they are reached, and what they can do."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cityos_dsl.source import Scalar
from cityos_dsl.spec.operations import Binding, ErrorMatcher, Operation
from cityos_dsl.spec.shape import Value, key, optional


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class RetryPolicy:
    """How an operation is retried."""

    LABEL: ClassVar[str] = "a retry policy"
    attempts: Scalar = key("How often at most.", example="5", form="count")
    first: Scalar | None = optional("The first interval.", example="1s", form="duration")
    max: Scalar | None = optional("The longest interval.", example="30s", form="duration")
    backoff: Scalar | None = optional("By how much it grows.", example="2.0", form="number")
    never: tuple[Scalar, ...] | None = optional("Error classes that aren't retried here.")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Connection:
    """How a system is reached."""

    LABEL: ClassVar[str] = "a connection"
    base_url: Scalar = key("The environment variable that holds its address.")
    auth: Value | None = optional("How we show who we are.")
    params: Value | None = optional("Parameters of every request.")
    headers: Value | None = optional("Headers of every request.")
    encoding: Scalar | None = optional(
        "How bodies are written.", words=("json", "form_brackets", "form_dotted", "multipart")
    )
    success: Scalar | None = optional("When a request succeeded.")
    retry_after: Scalar | tuple[Scalar, ...] | None = optional("The header that says when to try again.")
    limits: Value | None = optional("Rate limits.")
    money: Value | None = optional("Units of money.")
    redact: tuple[Scalar, ...] | None = optional("Paths that are never logged.")
    errors: tuple[ErrorMatcher, ...] | None = optional("Which answers mean which error class.")
    idempotency: Scalar | dict[Scalar, Scalar] | None = optional("The default of its operations.")
    dedupe_window: Scalar | None = optional(
        "How long it remembers an idempotency key; where nothing is said, for ever.", example="24h", form="duration"
    )
    header_below: Scalar | None = optional(
        "Below which path it reads an idempotency header; `nowhere` where it ignores it.", example="/admin/cityos/"
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Webhook:
    """A message that a system sends by itself, and what it is in the city."""

    LABEL: ClassVar[str] = "a webhook"
    event: Scalar = key("What the system calls it.", example="payment_intent.succeeded")
    if_: Scalar | None = optional("Which of them it is, told by its body.", example="body.data.status == 'enroute'")
    tells: Scalar = key("The signal or event that it is here.", example="payment.intent.captured")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Provider:
    """One of several systems behind one name."""

    LABEL: ClassVar[str] = "a provider"
    connection: Connection = key("How it is reached.")
    webhooks: tuple[Webhook, ...] | None = optional("What it tells us by itself.")
    operations: dict[Scalar, Binding] = key("How it speaks the operations.")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class CircuitBreaker:
    """When a system that keeps failing is left alone."""

    LABEL: ClassVar[str] = "a circuit breaker"
    failures: Scalar = key("How many failures open it.", example="5", form="count")
    within: Scalar = key("In which time.", example="60s", form="duration")
    recover_after: Scalar = key("How long the system is left alone.", example="30s", form="duration")
    probes: Scalar | None = optional(
        "How many calls must go well before it is trusted again.", example="2", form="count"
    )
    fallback: Scalar | None = optional(
        "What the architecture does meanwhile; calls of workflows always wait.",
        words=("queue", "cache", "degrade", "reject"),
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class System:
    """A system and its operations."""

    LABEL: ClassVar[str] = "a system"
    system: Scalar = key("Its name.", example="fleetbase")
    summary: Scalar | None = optional("What it is.")
    task_queue: Scalar = key("The queue its activities run on.")
    zones: tuple[Scalar, ...] | None = optional("Where it may hold personal data.")
    connection: Connection | None = optional("How it is reached.")
    providers: dict[Scalar, Provider] | None = optional("Several systems behind one name.")
    default_provider: Scalar | None = optional("The provider where nothing says otherwise.")
    circuit_breaker: CircuitBreaker | None = optional("When it is left alone.")
    health: Scalar | None = optional("The operation that asks whether it is well.")
    retry: dict[Scalar, RetryPolicy] | None = optional("Named retry policies.")
    webhooks: tuple[Webhook, ...] | None = optional("What it tells us by itself.")
    operations: dict[Scalar, Operation] = key("What it can do.")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ProviderOperations:
    """How a provider speaks more operations."""

    LABEL: ClassVar[str] = "a provider's operations"
    operations: dict[Scalar, Binding] = key("How it speaks the operations.")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Operations:
    """More operations of a system: what one domain needs of it, in a file of its own."""

    LABEL: ClassVar[str] = "operations of a system"
    system: Scalar = key("The system they belong to.", example="fleetbase")
    summary: Scalar | None = optional("What they are for.")
    providers: dict[Scalar, ProviderOperations] | None = optional("How the system's providers speak them.")
    operations: dict[Scalar, Operation] = key("What the system can do here.")
