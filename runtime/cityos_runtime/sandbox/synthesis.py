"""Answers as the real systems would give them, made backwards from what the specs read out of answers."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Any

from cityos_dsl.expr.ast import Expr, Macro
from cityos_dsl.expr.errors import EvaluationError
from cityos_dsl.expr.parse import parse
from cityos_runtime.answers import BY_STATUS, Answer, Refusal, Success, classify, read
from cityos_runtime.binding import Lookup, Target, Template
from cityos_runtime.sandbox.conditions import Wanted, alternatives
from cityos_runtime.sandbox.inversion import Env, assign, assign_all, place

ANSWER = frozenset({"status", "body", "headers"})
STATUSES = (400, 402, 409, 422, 404, 417, 403, 401, 429, 500, 503, 200)
"""Tried in this order where a matcher doesn't say the status."""


def typed_output(target: Target, output: dict[str, Any]) -> dict[str, Any]:
    """The output with money as decimals: in YAML it is text."""
    declared = target.operation.spec.output
    return {
        name: Decimal(str(value))
        if name in declared and declared[name].plain_type == "decimal" and isinstance(value, str | int | float)
        else value
        for name, value in output.items()
    }


def successful_answer(target: Target, output: dict[str, Any], env: Env) -> Answer:
    """An answer from which the binding reads this output; the nearest there is, where none fits exactly."""
    output, nearest = typed_output(target, output), None
    for wanted in _successes(target):
        scope = _fresh(env)
        _assign_wanted(wanted, scope)
        assign_all(target.binding.result, output, scope, ANSWER)
        answer = Answer(scope["status"] or 200, scope["body"], scope["headers"])
        verdict = classify(target, answer, env)
        if isinstance(verdict, Success):
            if not differences(target, verdict.result, output, answer, env):
                return answer
            nearest = nearest or answer
    return nearest or Answer(200, {})


def _successes(target: Target) -> Iterator[Wanted]:
    predicate = target.binding.success or target.connection.success
    if predicate:
        yield from alternatives(parse(predicate))
    else:
        yield []


def differences(
    target: Target, result: dict[str, Template], output: dict[str, Any], answer: Answer, env: Env
) -> list[str]:
    """The output fields that the answer, read back, does not give; what comes from the input is left out."""
    try:
        got = read(target, result, answer.scope(env))
    except EvaluationError:
        got = {}
    return [
        name
        for name, template in result.items()
        if "body" in str(template) and name in output and got.get(name) != output[name]
    ]


def refusing_answer(target: Target, error: str, env: Env) -> Answer | None:
    """An answer that the matchers take for this error class, or None where they know none."""
    for answer in _refusals(target, error, env):
        verdict = classify(target, answer, env)
        if isinstance(verdict, Refusal) and verdict.error == error:
            return answer
    return None


def _refusals(target: Target, error: str, env: Env) -> Iterator[Answer]:
    for matcher in (*target.binding.errors, *target.connection.errors):
        if matcher.error != error:
            continue
        for wanted in alternatives(parse(matcher.condition)):
            scope = _fresh(env)
            _assign_wanted(wanted, scope)
            for status in (scope["status"],) if scope["status"] else STATUSES:
                yield Answer(status, scope["body"], scope["headers"])
    yield from (Answer(status) for status, meaning in BY_STATUS.items() if meaning == error)
    if error == "ExternalAPIError":
        yield Answer(500)


def found_answer(target: Target, lookup: Lookup, items: list[tuple[dict[str, Any], Any, Env]]) -> Answer:
    """The answer of a lookup that finds these, each an output with the request body that brought it about."""
    base = _listed(lookup)
    made = [_item(target, lookup, *item) for item in items]
    if base is None:
        return Answer(200, made[0][0]) if made else Answer(404)
    scope: Env = {"body": made[0][1] if made else {}}
    assign(base, [item for item, _ in made], scope, frozenset({"body"}))
    return Answer(200, scope["body"])


def _listed(lookup: Lookup) -> Expr | None:
    """Where the list stands in the answer, whatever `pick` filters from it."""
    if not lookup.pick:
        return None
    expr = parse(lookup.pick)
    while isinstance(expr, Macro):
        expr = expr.operand
    return None if place(expr) == ["body"] else expr


def _item(
    target: Target, lookup: Lookup, output: dict[str, Any], request: Any, env: Env
) -> tuple[dict[str, Any], dict[str, Any]]:
    """What was made: the fields it was made with, and those that the result is read from."""
    output = typed_output(target, output)
    if lookup.result is None:
        scope = {**env, "body": {}}
        assign_all(target.binding.result, output, scope, frozenset({"body"}))
        return merged(request, scope["body"]), {}
    scope = {**env, "item": {}, "body": {}}
    assign_all(lookup.result, output, scope, frozenset({"item", "body"}))
    return merged(request, scope["item"]), scope["body"]


def merged(below: Any, above: Any) -> dict[str, Any]:
    """Two records as one; the second wins."""
    if not isinstance(below, dict):
        return dict(above)
    result = dict(below)
    for name, value in above.items():
        both = isinstance(value, dict) and isinstance(result.get(name), dict)
        result[name] = merged(result[name], value) if both else value
    return result


def _fresh(env: Env) -> Env:
    return {**env, "status": None, "body": {}, "headers": {}}


def _assign_wanted(wanted: Wanted, scope: Env) -> None:
    for expr, value in wanted:
        assign(expr, value, scope, ANSWER)
