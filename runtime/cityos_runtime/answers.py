"""What an answer means: a result, or an error of the specs."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from cityos_dsl.expr.errors import EvaluationError
from cityos_runtime.binding import Matcher, Outcome, Target, Template
from cityos_runtime.expressions import calculate, holds, render

BY_STATUS: dict[int, str] = {
    400: "InvalidArgumentError",
    401: "AuthenticationError",
    402: "PaymentDeclinedError",
    403: "AuthenticationError",
    404: "InvalidArgumentError",
    408: "TimeoutError",
    409: "DataConflictError",
    413: "SchemaValidationError",
    415: "SchemaValidationError",
    422: "SchemaValidationError",
    423: "DataConflictError",
    429: "RateLimitError",
    503: "ServiceUnavailableError",
    504: "TimeoutError",
}
"""What a status means where no matcher of the specs says otherwise."""


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    body: Any = field(default_factory=dict)
    headers: dict[str, str] = field(default_factory=dict)

    def scope(self, env: dict[str, Any]) -> dict[str, Any]:
        """The names that matchers and results may use."""
        headers = {name.lower(): value for name, value in self.headers.items()}
        return {**env, "status": self.status, "body": self.body, "headers": headers}


@dataclass(frozen=True)
class Refusal:
    """An answer that is an error."""

    error: str
    outcome: Outcome
    retryable: bool


@dataclass(frozen=True)
class Success:
    """An answer that is a result, and the template which reads it."""

    result: dict[str, Template]


def classify(target: Target, answer: Answer, env: dict[str, Any]) -> Refusal | Success:
    """The operation's own matchers come first, then what is a success, then the connection's matchers."""
    binding, scope = target.binding, answer.scope(env)
    for matcher in binding.errors:
        if holds(matcher.condition, scope):
            return _matched(target, matcher)
    if answer.status == 404 and binding.absent == "success":
        return Success(binding.result)
    if is_success(target, scope):
        return Success(binding.result)
    return refuse(target, answer, env)


def is_success(target: Target, scope: dict[str, Any]) -> bool:
    """Whether the answer says that the request was carried out."""
    predicate = target.binding.success or target.connection.success
    return holds(predicate, scope) if predicate else 200 <= int(scope["status"]) < 300


def refuse(target: Target, answer: Answer, env: dict[str, Any]) -> Refusal | Success:
    """An answer that is no success, by the connection's matchers and at last by its status."""
    for matcher in target.connection.errors:
        if holds(matcher.condition, answer.scope(env)):
            return _matched(target, matcher)
    error = BY_STATUS.get(answer.status, "InvalidArgumentError" if 400 < answer.status < 500 else "ExternalAPIError")
    known = error in target.operation.errors
    retryable = target.error_class(error).retryable if known else answer.status >= 500 or answer.status == 429
    outcome: Outcome = "known" if 400 <= answer.status < 500 and answer.status != 408 else "unknown"
    return Refusal(error, outcome, retryable)


def _matched(target: Target, matcher: Matcher) -> Refusal | Success:
    if matcher.error is None:
        return Success(target.binding.result if matcher.result is None else matcher.result)
    meaning = target.error_class(matcher.error)
    retryable = meaning.retryable if matcher.retryable is None else matcher.retryable
    return Refusal(matcher.error, matcher.outcome or meaning.outcome, retryable)


def read(target: Target, result: dict[str, Template], scope: dict[str, Any]) -> dict[str, Any]:
    """The operation's output; raises `EvaluationError` where a required field cannot be read."""
    output = target.operation.spec.output
    values: dict[str, Any] = {}
    for name, template in result.items():
        declared = output.get(name)
        try:
            value = calculate(template, scope) if isinstance(template, str) else render(template, scope)
        except EvaluationError:
            if declared is not None and not declared.optional and target.binding.absent != "success":
                raise
            value = None
        values[name] = _typed(value, declared.plain_type if declared else "")
    return values


def _typed(value: Any, declared: str) -> Any:
    """The value as its declared type, where a system writes it otherwise: numbers as ids, text as money."""
    match declared, value:
        case "string", int() | Decimal() if not isinstance(value, bool):
            return str(value)
        case "double", Decimal() | int() | str() if not isinstance(value, bool):
            return float(value)
        case "decimal", int() | str() if not isinstance(value, bool):
            return Decimal(value)
        case "int", Decimal() if value == value.to_integral_value():
            return int(value)
        case _:
            return value


def pick(expression: str | None, scope: dict[str, Any]) -> Any:
    """The first of what a lookup found, or None."""
    try:
        found = calculate(expression, scope) if expression else scope["body"]
    except EvaluationError:
        return None
    if isinstance(found, list | tuple):
        return found[0] if found else None
    return found or None
