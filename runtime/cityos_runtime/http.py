"""The generic adapter: carries an operation out over HTTP, and says what its failure means."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Any

import httpx
from temporalio.exceptions import ApplicationError

from cityos_dsl.expr.errors import EvaluationError
from cityos_runtime.answers import Answer, Refusal, classify, is_success, pick, read, refuse
from cityos_runtime.binding import Bound, Outcome, Target
from cityos_runtime.breaker import Breaker, Breakers
from cityos_runtime.context import ActivityContext
from cityos_runtime.encoding import from_json
from cityos_runtime.requests import Shape, build, environment_of, lookup_shape_of, shape_of

ANSWERED_BY_KEY = ("header", "body_field")
"""Strategies under which the system itself answers a repeated request as it answered the first."""
LOOKED_UP_ON_REPEAT = ("client_id", "unique_field", "none")
LOOKED_UP_ALWAYS = ("lookup_first", "state_check")
MAX_RETRY_AFTER = timedelta(hours=1)
_CODE = re.compile(r"[\w.:-]{1,60}")


@dataclass
class Attempt:
    """Which attempt at the call this is, and whether an earlier one may have been carried out."""

    number: int = 1
    doubtful: bool = False


@dataclass
class _Exchange:
    """One call with everything it needs."""

    target: Target
    env: dict[str, Any]
    client: httpx.AsyncClient
    environ: Mapping[str, str]
    attempt: Attempt = field(default_factory=Attempt)
    breaker: Breaker | None = None

    async def perform(self) -> dict[str, Any]:
        target = self.target
        if self._looks_first() and (found := await self.look_up()) is not None:
            return found
        request = self._request(shape_of(target))
        answer = await self._send(request, unknown_if_lost=not target.only_reads)
        if target.strategy in ANSWERED_BY_KEY:
            self.attempt.doubtful = False
        verdict = classify(target, answer, self.env)
        if not isinstance(verdict, Refusal):
            return self._read(verdict.result, answer)
        if verdict.error == "DuplicateRequestError" and (found := await self.look_up()) is not None:
            return found
        raise self._failure(verdict, answer)

    def _looks_first(self) -> bool:
        strategy = self.target.strategy
        repeated = self.attempt.number > 1 and strategy in LOOKED_UP_ON_REPEAT
        return self.target.binding.lookup is not None and (repeated or strategy in LOOKED_UP_ALWAYS)

    async def look_up(self) -> dict[str, Any] | None:
        """What an earlier call under this key left behind, or None."""
        target, lookup, shape = self.target, self.target.binding.lookup, lookup_shape_of(self.target)
        if lookup is None or shape is None:
            return None
        request = self._request(shape)
        answer = await self._send(request, unknown_if_lost=False)
        scope = answer.scope(self.env)
        found = None
        if answer.status != 404:
            if not is_success(target, scope):
                refusal = refuse(target, answer, self.env)
                if isinstance(refusal, Refusal):
                    raise self._failure(Refusal(refusal.error, "known", refusal.retryable), answer)
            found = pick(lookup.pick, scope)
        if found is None:
            self.attempt.doubtful = False
            return None
        if lookup.result is None:
            # The binding's own result reads what was found as if it had just been answered.
            return self._read(target.binding.result, Answer(answer.status, found, answer.headers))
        return self._read(lookup.result, answer, item=found)

    def _request(self, shape: Shape) -> httpx.Request:
        try:
            return build(self.target, shape, self.env, self.client, self.environ)
        except EvaluationError as error:
            message = f"cannot be asked with this input: {error.message}"
            raise self._error("SchemaValidationError", message, "known", retryable=False) from None

    async def _send(self, request: httpx.Request, *, unknown_if_lost: bool) -> Answer:
        """Send a request, unless the system has failed too often; what becomes of it is told to the breaker."""
        breaker = self.breaker
        if breaker is None:
            return await self._exchange(request, unknown_if_lost=unknown_if_lost)
        if (rest := breaker.rest()) is not None:
            message = "has failed too often and is left alone for now"
            raise self._error("CircuitBreakerOpenError", message, "known", retryable=True, delay=rest)
        try:
            answer = await self._exchange(request, unknown_if_lost=unknown_if_lost)
        except ApplicationError:
            breaker.failed()
            raise
        except asyncio.CancelledError:
            breaker.gave_up()
            raise
        if answer.status >= 500:
            breaker.failed()
        else:
            breaker.succeeded()
        return answer

    async def _exchange(self, request: httpx.Request, *, unknown_if_lost: bool) -> Answer:
        lost: Outcome = "unknown" if unknown_if_lost else "known"
        # Shorter than the activity's own timeout, which could not say what it means for the outcome.
        patience = 0.9 * self.target.operation.spec.timeout
        try:
            async with asyncio.timeout(patience):
                response = await self.client.send(request)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout):
            raise self._error("NetworkError", "cannot be reached", "known", retryable=True) from None
        except (httpx.TransportError, TimeoutError):
            retryable = self.target.error_class("TimeoutError").retryable or not self._is_declared("TimeoutError")
            raise self._error("TimeoutError", "did not answer", lost, retryable=retryable) from None
        return Answer(response.status_code, _body(response), dict(response.headers))

    def _is_declared(self, error: str) -> bool:
        return error in self.target.operation.errors

    def _read(self, result: dict[str, Any], answer: Answer, item: Any = None) -> dict[str, Any]:
        scope = answer.scope(self.env)
        try:
            return read(self.target, result, scope if item is None else {**scope, "item": item})
        except EvaluationError as error:
            message = f"answered otherwise than its binding says: {error.message}"
            # It was carried out: that its answer can't be read is no reason to send it again.
            raise self._error("SchemaValidationError", message, "unknown", retryable=False) from None

    def _failure(self, refusal: Refusal, answer: Answer) -> ApplicationError:
        outcome = "known" if self.target.only_reads else refusal.outcome
        message = f"answered {answer.status}{_codes(answer.body)}"
        delay = _retry_after(self.target.connection.retry_after, answer.headers)
        return self._error(
            refusal.error, message, outcome, retryable=refusal.retryable, status=answer.status, delay=delay
        )

    def _error(
        self,
        error: str,
        message: str,
        outcome: Outcome,
        *,
        retryable: bool,
        status: int | None = None,
        delay: timedelta | None = None,
    ) -> ApplicationError:
        """A failure as the workflow sees it. An earlier attempt in doubt leaves the outcome in doubt."""
        operation = self.target.operation
        if self.attempt.doubtful and not self.target.only_reads:
            outcome = "unknown"
        self.attempt.doubtful = outcome == "unknown"
        details = {
            "outcome": outcome,
            "system": operation.system_name,
            "operation": operation.name,
            "status": status,
        }
        if self.target.provider:
            details["provider"] = self.target.provider
        return ApplicationError(
            f"{operation.name}: {self.target.provider or operation.system_name} {message}",
            details,
            type=error,
            non_retryable=not retryable,
            next_retry_delay=delay if retryable else None,
        )


async def perform(
    operation: Bound,
    input: dict[str, Any],
    context: ActivityContext,
    client: httpx.AsyncClient,
    environ: Mapping[str, str],
    attempt: Attempt | None = None,
    breakers: Breakers | None = None,
) -> dict[str, Any]:
    """Carry the operation out and return its output; raises `ApplicationError` of a class of the specs."""
    return await _exchange(operation, input, context, client, environ, attempt, breakers).perform()


async def look_up(
    operation: Bound,
    input: dict[str, Any],
    context: ActivityContext,
    client: httpx.AsyncClient,
    environ: Mapping[str, str],
    breakers: Breakers | None = None,
) -> dict[str, Any] | None:
    """What a call under this idempotency key left behind, or None."""
    return await _exchange(operation, input, context, client, environ, None, breakers).look_up()


def _exchange(
    operation: Bound,
    input: dict[str, Any],
    context: ActivityContext,
    client: httpx.AsyncClient,
    environ: Mapping[str, str],
    attempt: Attempt | None,
    breakers: Breakers | None,
) -> _Exchange:
    stay_in_zone(operation, input, context)
    target = operation.choose(input, context.tenant.gateway)
    env = environment_of(operation, input, context)
    breaker = None
    if breakers is not None:
        breaker = breakers.of(f"{operation.system_name}/{target.provider}", operation.system.circuit_breaker)
    return _Exchange(target, env, client, environ, attempt or Attempt(), breaker)


def stay_in_zone(operation: Bound, input: dict[str, Any], context: ActivityContext) -> None:
    """Personal data of a tenant never leaves for a system outside of its residency zone (architecture §7.2).

    A tenant without a zone counts as `GLOBAL`. Raises `ApplicationError` of the class ComplianceViolationError.
    """
    zones, zone = operation.system.zones, context.tenant.zone or "GLOBAL"
    if not zones or zone in zones:
        return
    told = [name for name in operation.spec.personal if input.get(name) is not None]
    if told:
        raise ApplicationError(
            f"{operation.name}: {operation.system_name} may not hold personal data of {zone} ({', '.join(told)})",
            {"outcome": "known", "system": operation.system_name, "operation": operation.name},
            type="ComplianceViolationError",
            non_retryable=True,
        )


def _body(response: httpx.Response) -> Any:
    """The answer's body; what is no JSON is kept as text, for matchers over it."""
    if not response.content:
        return {}
    try:
        return from_json(response.content)
    except ValueError:
        return {"text": response.text[:2000]}


def _codes(body: Any) -> str:
    """The vendor's own codes for the failure, without its prose, which may hold personal data."""
    inner = body.get("error") if isinstance(body, dict) else None
    codes = [
        str(part[name])
        for part in (body, inner)
        if isinstance(part, dict)
        for name in ("code", "type", "exc_type", "decline_code")
        if _CODE.fullmatch(str(part.get(name, "")))
    ]
    return f" ({', '.join(codes)})" if codes else ""


def _retry_after(names: tuple[str, ...], headers: dict[str, str]) -> timedelta | None:
    """How long the system asks us to wait, in seconds or until a date."""
    lower = {name.lower(): value for name, value in headers.items()}
    for name in names:
        value = lower.get(name.lower(), "").strip()
        if re.fullmatch(r"\d+(\.\d+)?", value):
            return min(timedelta(seconds=float(value)), MAX_RETRY_AFTER)
        if value:
            try:
                delay = parsedate_to_datetime(value) - datetime.now(UTC)
            except (ValueError, TypeError):
                continue
            return max(timedelta(0), min(delay, MAX_RETRY_AFTER))
    return None
