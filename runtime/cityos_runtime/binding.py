"""The bindings of operations to HTTP, as `systems.json` says them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal, TypeAlias

from pydantic import BaseModel, ConfigDict, Field, field_validator
from temporalio.exceptions import ApplicationError

from cityos_runtime.breaker import BreakerLimits

Outcome = Literal["known", "unknown"]
Encoding = Literal["json", "form_brackets", "form_dotted"]
Template: TypeAlias = Any
"""Nested maps and lists whose leaves are expressions."""

READ_ONLY_METHODS = ("GET", "HEAD")

PERIODS = {"per_second": 1, "per_minute": 60, "per_hour": 3600}
"""The rates that a connection may state, and their seconds."""


class Data(BaseModel):
    """A part of `systems.json`; what a newer compiler adds is ignored."""

    model_config = ConfigDict(extra="ignore", frozen=True, populate_by_name=True)


class ErrorClass(Data):
    """What an error class means for retries and compensation."""

    retryable: bool = False
    outcome: Outcome = "unknown"
    http: int = 500


class Matcher(Data):
    """Which answers are which error. One without `error` says that the answer is a success after all."""

    condition: str = Field(alias="if")
    error: str | None = None
    outcome: Outcome | None = None
    retryable: bool | None = None
    result: dict[str, Template] | None = None


class Lookup(Data):
    """The request that finds by our key what an unanswered call left behind."""

    request: str
    query: dict[str, Template] = {}
    body: Template = None
    pick: str | None = None
    result: dict[str, Template] | None = None


class Binding(Data):
    """One operation as one request."""

    request: str | None = None
    query: dict[str, Template] = {}
    headers: dict[str, Template] = {}
    body: Template = None
    absent: str | None = None
    success: str | None = None
    result: dict[str, Template] = {}
    errors: tuple[Matcher, ...] = ()
    idempotency: str | dict[str, str] | None = None
    lookup: Lookup | None = None


class Connection(Data):
    """What all requests to one system or gateway have in common."""

    base_url: str = ""
    auth: dict[str, Any] = {}
    params: dict[str, str] = {}
    headers: dict[str, str] = {}
    encoding: Encoding = "json"
    success: str | None = None
    retry_after: tuple[str, ...] = ("Retry-After",)
    limits: dict[str, Any] = {}
    errors: tuple[Matcher, ...] = ()
    idempotency: str | dict[str, str] | None = None

    @field_validator("retry_after", mode="before")
    @classmethod
    def _one_or_many(cls, value: Any) -> Any:
        return (value,) if isinstance(value, str) else value

    @property
    def extra_params(self) -> dict[str, str]:
        """Parameters of every request that come from the environment, by the name of the variable."""
        return {**self.auth.get("params", {}), **self.params}

    @property
    def credentials(self) -> dict[str, Any]:
        """How a request says who it is from; the parameters stand apart."""
        return {kind: value for kind, value in self.auth.items() if kind != "params"}


class FieldData(Data):
    """A declared field: its type as an architect writes it."""

    optional: bool = False
    type: str = ""

    @property
    def plain_type(self) -> str:
        """The type without the mark of the optional."""
        return self.type.removesuffix("?")


class OperationData(Data):
    """What an operation promises, whatever gateway carries it out."""

    effect: str = "write"
    timeout: float = 30.0
    example: dict[str, Any] = {}
    input: dict[str, FieldData] = {}
    output: dict[str, FieldData] = {}
    decimals: tuple[str, ...] = ()
    """Inputs below the first level that are money, as `payment.amount` or `items[].price`."""
    times: dict[str, str] = {}
    """Inputs that are a timestamp, a date or a duration, by the same paths."""
    unsupported: tuple[str, ...] = ()
    personal: tuple[str, ...] = ()
    """Inputs that hold confidential or restricted data, at whatever depth."""

    @field_validator("example", mode="before")
    @classmethod
    def _none_is_empty(cls, value: Any) -> Any:
        return {} if value is None else value


class Provider(Data):
    """One gateway of a system; a system with one protocol has one, without a name."""

    connection: Connection = Connection()
    operations: dict[str, Binding] = {}


class SystemData(Data):
    """A system of the city."""

    task_queue: str
    default_provider: str = ""
    limits: dict[str, Any] | None = None
    circuit_breaker: BreakerLimits | None = None
    zones: tuple[str, ...] = ()
    """The residency zones whose personal data it may hold; empty where the specs say nothing of it."""
    providers: dict[str, Provider] = {}
    operations: dict[str, OperationData] = {}

    @field_validator("default_provider", mode="before")
    @classmethod
    def _none_is_unnamed(cls, value: Any) -> Any:
        return value or ""

    @property
    def per_second(self) -> float | None:
        """How many requests a second the system takes, where it says so."""
        stated = [self.limits or {}, *(provider.connection.limits for provider in self.providers.values())]
        rates = [
            float(limits[name]) / seconds for limits in stated for name, seconds in PERIODS.items() if name in limits
        ]
        return min(rates, default=None)


class Systems(Data):
    """All of `systems.json`."""

    systems: dict[str, SystemData] = {}
    errors: dict[str, ErrorClass] = {}

    def bound(self) -> list[Bound]:
        """Every operation of every system."""
        return [
            Bound(system_name, system, name, spec, self.errors)
            for system_name, system in self.systems.items()
            for name, spec in system.operations.items()
        ]


@dataclass(frozen=True)
class Bound:
    """An operation with its system: what an activity carries out."""

    system_name: str
    system: SystemData
    name: str
    spec: OperationData
    errors: dict[str, ErrorClass]

    @property
    def has_lookup(self) -> bool:
        """Whether any gateway can tell what an unanswered call left behind."""
        return any(target.binding.lookup for target in self.targets())

    def targets(self) -> list[Target]:
        """The operation at every gateway that has it."""
        return [
            Target(self, provider_name, provider.connection, provider.operations[self.name])
            for provider_name, provider in self.system.providers.items()
            if provider_name not in self.spec.unsupported
            and self.name in provider.operations
            and provider.operations[self.name].request
        ]

    def choose(self, input: dict[str, Any], tenant_gateway: str) -> Target:
        """The gateway that the call names, else the tenant's, else the system's default."""
        wanted = self._wanted(input, tenant_gateway)
        for target in self.targets():
            if target.provider == wanted:
                return target
        at = f"{self.system_name} ({wanted})" if wanted else self.system_name
        raise ApplicationError(
            f"{self.name} is not available at {at}",
            {"outcome": "known", "system": self.system_name, "operation": self.name},
            type="ConfigurationError",
            non_retryable=True,
        )

    def _wanted(self, input: dict[str, Any], tenant_gateway: str) -> str:
        if set(self.system.providers) <= {""}:
            return ""
        if stated := input.get("gateway"):
            return str(stated)
        # A tenant's gateway is a name of the payment systems; elsewhere it says nothing.
        return tenant_gateway if tenant_gateway in self.system.providers else self.system.default_provider


@dataclass(frozen=True)
class Target:
    """An operation at one gateway: what one request is made from."""

    operation: Bound
    provider: str
    connection: Connection
    binding: Binding

    @property
    def strategy(self) -> str:
        """How the same request twice is kept from doing the same thing twice."""
        return self._idempotency[0]

    @property
    def key_place(self) -> str:
        """The header or the field of the body that carries the key; empty where the strategy has none."""
        return self._idempotency[1]

    @property
    def _idempotency(self) -> tuple[str, str]:
        stated = self.binding.idempotency or self.connection.idempotency
        if isinstance(stated, dict):
            return next(iter(stated.items()))
        if stated is None:
            return ("natural" if self.operation.spec.effect == "read" else "none"), ""
        return stated, "Idempotency-Key" if stated == "header" else ""

    @property
    def method(self) -> str:
        """The method of the request."""
        return (self.binding.request or "").split(" ", 1)[0].upper()

    @property
    def only_reads(self) -> bool:
        """Whether a call leaves nothing behind, whatever becomes of its answer."""
        return self.operation.spec.effect == "read" or self.method in READ_ONLY_METHODS

    def error_class(self, name: str) -> ErrorClass:
        """What the error class means; one that the specs don't know is not retried."""
        return self.operation.errors.get(name, ErrorClass())
