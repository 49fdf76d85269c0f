"""Which error classes an operation can fail with."""

from __future__ import annotations

from collections.abc import Iterable

from cityos_dsl.project import OperationModel
from cityos_dsl.spec import documents as d

ANY_SYSTEM = frozenset(
    {
        "AuthenticationError",
        "CircuitBreakerOpenError",
        "ComplianceViolationError",
        "DataConflictError",
        "ExternalAPIError",
        "InvalidArgumentError",
        "NetworkError",
        "PaymentDeclinedError",
        "RateLimitError",
        "SchemaValidationError",
        "ServiceUnavailableError",
        "TimeoutError",
    }
)
"""What the runtime makes of an answer that no matcher of the specs takes, and of none at all."""


def raised(operation: OperationModel) -> frozenset[str]:
    """The error classes that an operation can fail with: by its matchers, by its signals, and without either."""
    owner = operation.owner
    matchers = [*_of(operation.spec), *_of(owner.connection)]
    for provider in (owner.providers or {}).values():
        matchers += _of(provider.connection)
        for name, binding in provider.operations.items():
            if name.text == operation.name:
                matchers += _of(binding)
    completes = operation.spec.completes
    later = [*completes.signals.values(), *(completes.statuses or {}).values()] if completes is not None else []
    named = [*(matcher.error for matcher in matchers if matcher.error is not None), *later]
    return ANY_SYSTEM | {scalar.text for scalar in named}


def _of(part: d.Binding | d.Connection | None) -> Iterable[d.ErrorMatcher]:
    return part.errors or () if part is not None else ()
