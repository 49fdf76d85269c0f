"""Operations, and how they are spoken."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cityos_dsl.source import Mapping, Scalar
from cityos_dsl.spec.shape import Fields, Value, key, optional


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Completion:
    """How an operation's answer comes later, by a signal."""

    LABEL: ClassVar[str] = "`completes`"
    signals: dict[Scalar, Scalar] = key("What each signal means: `ok` or an error class.")
    match: Scalar = key("The field that signal and result share.", example="payment_id")
    within: Scalar = key("How long to wait for it.", example="24h", form="duration")
    settled: tuple[Scalar, ...] | None = optional(
        "The statuses with which an answer is final at once; the first is what a good signal means.",
        example=["captured"],
    )
    else_: Scalar | None = optional("The operation of this system that is asked when none came.")
    statuses: dict[Scalar, Scalar] | None = optional(
        "What each status in its answer means: `ok` or an error class; with any other one the time is over.",
        example={"captured": "ok", "failed": "PaymentDeclinedError"},
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Lookup:
    """How to find by our key what an unanswered call left behind."""

    LABEL: ClassVar[str] = "a lookup"
    request: Scalar = key("The request.", example="GET /orders")
    query: Value | None = optional("Its query parameters.")
    body: Value | None = optional("Its body.")
    pick: Scalar | None = optional("Where the list is; its first element is `item`.")
    result: Value = key("The operation's output.")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ErrorMatcher:
    """Which answers mean which error class."""

    LABEL: ClassVar[str] = "an error matcher"
    if_: Scalar = key("A condition over status, body and headers.")
    error: Scalar | None = optional("The error class.")
    outcome: Scalar | None = optional("Whether we know what happened there.", words=("known", "unknown"))
    retryable: Scalar | None = optional("Whether Temporal retries it here.", words=("true", "false"))
    result: Value | None = optional("Not an error: the output instead.")
    alert: Scalar | None = optional("Who is told.")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Binding:
    """How one operation is spoken."""

    LABEL: ClassVar[str] = "a binding"
    request: Scalar | None = optional("Method and path.", example="POST /orders")
    query: Value | None = optional("Query parameters.")
    headers: Value | None = optional("Headers of its own, its lookup's too.")
    body: Value | None = optional("The body.")
    absent: Scalar | None = optional("A 404 counts as success.", words=("success",))
    success: Scalar | None = optional("When it succeeded.")
    result: Value | None = optional("The output, from the answer.")
    errors: tuple[ErrorMatcher, ...] | None = optional("Matchers before the connection's.")
    idempotency: Scalar | dict[Scalar, Scalar] | None = optional("What protects it from happening twice.")
    lookup: Lookup | None = optional("How to find what an unanswered call left behind.")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Variant(Binding):
    """What is different where an operation is used in one particular way."""

    LABEL: ClassVar[str] = "a variant"
    summary: Scalar | None = optional("What it does.")
    input: Fields | None = optional("Its inputs, besides those that all variants have.")
    output: Scalar | Fields | None = optional("Its output, where it is another one.")
    retry: Scalar | None = optional("One of the system's retry policies.")
    timeout: Scalar | None = optional("Of one attempt.", example="30s", form="duration")
    example: Value | None = optional("An example of its output.")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Latency:
    """An operation's latency budget (architecture 13.4)."""

    LABEL: ClassVar[str] = "a latency budget"
    p50: Scalar | None = optional("Half of the answers come within.", example="500ms", form="duration")
    p95: Scalar | None = optional("19 of 20 answers come within.", example="1.5s", form="duration")
    p99: Scalar = key("99 of 100 answers come within.", example="3s", form="duration")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Operation(Binding):
    """An operation of a system."""

    LABEL: ClassVar[str] = "an operation"
    node: Mapping
    summary: Scalar | None = optional("What it does.")
    effect: Scalar = key("What it does to the world.", words=("read", "notify", "write", "money"))
    courtesy: Scalar | None = optional("A notice: its failure is no reason to fail.", words=("true",))
    input: Fields | None = optional("Its inputs.")
    output: Scalar | Fields | None = optional("Its output: a record or a type's name.")
    retry: Scalar | None = optional("One of the system's retry policies.")
    timeout: Scalar | None = optional("Of one attempt.", example="30s", form="duration")
    completes: Completion | None = optional("The answer comes later, by a signal.")
    unsupported: tuple[Scalar, ...] | None = optional("Providers that can't do it.")
    also_undoes: tuple[Scalar, ...] | None = optional(
        "What the system does with it by itself: operations that must not be run besides.", example=["refundPayment"]
    )
    latency: Latency | None = optional("How fast it is meant to answer.")
    variants: dict[Scalar, Variant] | None = optional("The same name with other inputs; a step says which `as:`.")
    example: Value = key("An example of its output.")
