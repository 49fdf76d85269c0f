"""The kinds of documents a project is made of."""

from __future__ import annotations

from cityos_dsl.spec.city import City, Lint, PathRules
from cityos_dsl.spec.messages import (
    Events,
    EventStarts,
    EventType,
    KnownAs,
    Queries,
    QueryContract,
    SignalContract,
    Signals,
)
from cityos_dsl.spec.models import Model, ModelDomain, Models, Sync
from cityos_dsl.spec.operations import Binding, Completion, ErrorMatcher, Latency, Lookup, Operation, Variant
from cityos_dsl.spec.systems import (
    CircuitBreaker,
    Connection,
    Operations,
    Provider,
    ProviderOperations,
    RetryPolicy,
    System,
    Webhook,
)
from cityos_dsl.spec.types import ErrorClass, Errors, TypeDeclaration, Types
from cityos_dsl.spec.workflows import Requirement, Trigger, Workflow

__all__ = [
    "Binding",
    "CircuitBreaker",
    "City",
    "Completion",
    "Connection",
    "ErrorClass",
    "ErrorMatcher",
    "Errors",
    "EventStarts",
    "EventType",
    "Events",
    "KnownAs",
    "Latency",
    "Lint",
    "Lookup",
    "Model",
    "ModelDomain",
    "Models",
    "Operation",
    "Operations",
    "PathRules",
    "Provider",
    "ProviderOperations",
    "Queries",
    "QueryContract",
    "Requirement",
    "RetryPolicy",
    "SignalContract",
    "Signals",
    "Sync",
    "System",
    "Trigger",
    "TypeDeclaration",
    "Types",
    "Variant",
    "Webhook",
    "Workflow",
    "kind_of",
]


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
