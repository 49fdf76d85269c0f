"""The kinds of documents a project is made of."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cityos_dsl.fields import CLASSES
from cityos_dsl.source import Mapping, Node, Scalar
from cityos_dsl.spec.shape import Fields, Value, key, optional
from cityos_dsl.spec.steps import Branch, Step


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Trigger:
    """What starts a workflow."""

    LABEL: ClassVar[str] = "a trigger"
    event: Scalar | None = optional("The event that starts it.", example="order.placed")
    if_: Scalar | None = optional("Only events for which this holds.", example="event.is_b2b")
    input: dict[Scalar, Value] | None = optional("Inputs whose names differ from the event's.")
    schedule: Scalar | None = optional("A cadence.", example="daily 06:00")
    over: Scalar | None = optional("A read operation: one start for each row it returns.")
    overlap: Scalar | None = optional(
        "What a start means while the previous one still runs.",
        words=("skip", "buffer_one", "buffer_all", "cancel_other", "allow_all"),
    )
    catch_up: Scalar | None = optional("How far back missed starts are caught up.", example="10m", form="duration")
    operator: Scalar | None = optional("Started by hand.", words=("true",))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Requirement:
    """What must hold of an input."""

    LABEL: ClassVar[str] = "a requirement"
    if_: Scalar | None = optional("Only where this holds.", example="input.is_b2b")
    that: Scalar = key("What must hold.", example="input.company_id != null")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Workflow:
    """A workflow."""

    LABEL: ClassVar[str] = "a workflow"
    node: Mapping
    id: Scalar = key("Its number in the catalogue.", example="WF-001")
    workflow: Scalar = key("Its name.", example="OrderPlacementWorkflow")
    summary: Scalar = key("What it does, in a sentence.")
    trigger: Trigger | tuple[Trigger, ...] = key("What starts it.", example={"event": "order.placed"})
    task_queue: Scalar = key("The queue its workers listen on.", example="medusa-commerce")
    workflow_id: Scalar = key(
        "Its id; begins with the tenant.", example="tenant:{tenant_id}:order:{order_id}:placement"
    )
    within: Scalar | None = optional("A deadline that fails, undoes and reports.", example="30d")
    again: Scalar | None = optional("Whether the id may start again.", words=("never", "after_end"))
    while_running: Scalar | None = optional("What a second start means.", words=("reject", "queue", "signal"))
    compensation: Scalar | None = optional(
        "What happens when a compensation gives up.",
        words=("manual_review", "dead_letter", "alert_and_retry"),
    )
    input: Fields | None = optional("Its input, field by field.")
    require: tuple[Requirement, ...] | None = optional("What must hold of the input.")
    statuses: tuple[Scalar, ...] | None = optional("The statuses its steps may set.")
    state: Fields | None = optional("Its state: a type, an initial value, or both.")
    constants: Fields | None = optional("Values that never change.")
    receives: dict[Scalar, dict[Scalar, Scalar]] | None = optional("How a signal finds this workflow.")
    meanwhile: dict[Scalar, Branch] | None = optional("What is done whenever a signal comes.")
    steps: tuple[Step, ...] = key("What it does.")
    finally_: tuple[Step, ...] | None = optional("What is done last on every path, after undoing.")
    invariant: tuple[Scalar, ...] | None = optional(
        "What holds at every end: `cityosc verify` tries to break it.", example=["captured == refunded"]
    )
    queries: dict[Scalar, Fields] | None = optional("What it answers while it runs.")


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
class TypeDeclaration:
    """A named type."""

    LABEL: ClassVar[str] = "a type"
    summary: Scalar | None = optional("What it is.")
    fields: Fields | None = optional("The fields of a record.")
    enum: tuple[Scalar, ...] | None = optional("The members of an enumeration.")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Types:
    """Named types."""

    LABEL: ClassVar[str] = "a file of types"
    types: dict[Scalar, TypeDeclaration] = key("The types by name.")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ErrorClass:
    """An error class."""

    LABEL: ClassVar[str] = "an error class"
    summary: Scalar | None = optional("What it means.")
    http: Scalar = key("Its HTTP equivalent.", example="402")
    retryable: Scalar = key("Whether Temporal retries it.", words=("true", "false"))
    outcome: Scalar | None = optional("Whether we know what happened there.", words=("known", "unknown"))
    policy: Scalar | None = optional("How it is retried.")
    compensation: Scalar | None = optional("What the business does about it.")
    alert: Scalar | None = optional("Who is told.", words=("info", "warn", "critical"))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Errors:
    """The error taxonomy."""

    LABEL: ClassVar[str] = "the errors"
    errors: dict[Scalar, ErrorClass] = key("The classes by name.")
    groups: dict[Scalar, tuple[Scalar, ...]] | None = optional("Named groups of classes.")


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
class EventType:
    """An event's type."""

    LABEL: ClassVar[str] = "an event"
    summary: Scalar | None = optional("What happened.")
    source: Scalar | None = optional("Where it comes from.")
    aggregate: Scalar | None = optional("What it is about.")
    aliases: tuple[Scalar, ...] | None = optional("Other names under which it comes, with the same payload.")
    addition: Scalar | None = optional("Not in the architecture.", words=("true",))
    payload: Fields = key("Its payload.")
    starts: EventStarts | None = optional("Which of its workflows exclude each other.")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Events:
    """The event types."""

    LABEL: ClassVar[str] = "the events"
    events: dict[Scalar, EventType] = key("The events by type.")


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
class Provider:
    """One of several systems behind one name."""

    LABEL: ClassVar[str] = "a provider"
    connection: Connection = key("How it is reached.")
    operations: dict[Scalar, Binding] = key("How it speaks the operations.")
    webhooks: Value | None = optional("What it tells us by itself.")


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
    webhooks: Value | None = optional("What it tells us by itself.")
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


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Sync:
    """Which systems hold copies of a model; its owner is the master, and wins."""

    LABEL: ClassVar[str] = "`sync`"
    to: tuple[Scalar, ...] = key("The systems that hold a copy they only read.", example=["medusa", "erpnext"])
    events: tuple[Scalar, ...] | None = optional(
        "The events that bring the copies up to date; without them it reaches its targets in a way of its own.",
        example=["node.created", "node.updated"],
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Model:
    """Something that a system keeps."""

    LABEL: ClassVar[str] = "a model"
    summary: Scalar = key("What it is.")
    source: Scalar = key("What the system itself calls it: its table, DocType, resource or collection.")
    class_: Scalar = key("The data class of the most sensitive thing it holds.", words=CLASSES)
    type: Scalar | None = optional("The type by which workflows speak of it.", example="VendorOrder")
    providers: tuple[Scalar, ...] | None = optional("Which of the system's providers keep it.", example=["stripe"])
    sync: Sync | None = optional("Which systems hold copies of it.")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ModelDomain:
    """The models of one domain."""

    LABEL: ClassVar[str] = "a domain"
    summary: Scalar = key("What it is about.")
    models: dict[Scalar, Model] = key("The models by name.")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Models:
    """What a system keeps: the models that it owns."""

    LABEL: ClassVar[str] = "the models of a system"
    system: Scalar = key("The system that owns them.", example="fleetbase")
    kept_as: Scalar = key(
        "What `source` names there.", words=("table", "doctype", "resource", "collection"), example="table"
    )
    domains: dict[Scalar, ModelDomain] = key("The models by domain.")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class PathRules:
    """Which rules apply to some files."""

    LABEL: ClassVar[str] = "the rules of a path"
    select: tuple[Scalar, ...] | None = optional("Rules that apply here besides: codes, families, or all.")
    ignore: tuple[Scalar, ...] | None = optional("Rules that don't apply here.", example=["STYLE"])


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Lint:
    """Which rules apply, where, and how much their findings weigh."""

    LABEL: ClassVar[str] = "lint"
    select: tuple[Scalar, ...] | None = optional(
        "Rules that apply: codes (SAGA001), families (SAGA), or all, which is meant where nothing is said.",
        example=["all"],
    )
    ignore: tuple[Scalar, ...] | None = optional("Rules that don't; a code wins over its family, a family over all.")
    severity: dict[Scalar, Scalar] | None = optional(
        "How much findings weigh, by code, family, or all.", words=("error", "warning", "note", "off")
    )
    per_path: dict[Scalar, PathRules] | None = optional(
        "The same by path: a pattern such as specs/workflows/legacy/*, where * reaches into folders below."
    )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class City:
    """The project's defaults."""

    LABEL: ClassVar[str] = "the project"
    name: Scalar = key("Its name.", example="dakkah-cityos")
    summary: Scalar | None = optional("What it is.")
    retry: RetryPolicy | None = optional("The default retry policy.")
    timeouts: Value | None = optional("Default timeouts.")
    workflow_id: Value | None = optional("The convention for workflow ids.")
    task_queues: Value | None = optional("The queues.")
    zones: Value | None = optional("Residency zones.")
    tenants: Value | None = optional("Tenants of the demo and the tests.")
    lint: Lint | None = optional("Which rules apply, where, and how much their findings weigh.")


#: Where a document's kind is read off its path below ``specs/``; the rest of ``Node`` stays untyped.
def kind_of(path: str) -> type | None:
    """The document kind of a file below ``specs/``, by its place; ``None`` for scenario tests and unknown places."""
    first, _, rest = path.partition("/")
    if not rest:
        return {
            "cityos.yaml": City,
            "errors.yaml": Errors,
            "queries.yaml": Queries,
            "events.yaml": Events,
        }.get(first)
    if first == "systems" and "/" in rest:
        return Operations
    kinds = {
        "types": Types,
        "signals": Signals,
        "events": Events,
        "systems": System,
        "models": Models,
        "workflows": Workflow,
    }
    return kinds.get(first)


__all__ = ["Node", "kind_of"]
