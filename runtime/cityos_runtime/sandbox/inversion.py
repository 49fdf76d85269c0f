"""Expressions backwards: what has to stand in a body for an expression over it to have a wanted value."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from decimal import Decimal
from typing import Any, TypeAlias

from cityos_dsl.expr.ast import (
    Binary,
    Call,
    Conditional,
    Expr,
    Index,
    ListOf,
    Literal,
    Macro,
    MapOf,
    Method,
    Name,
    RecordOf,
    Select,
    Unary,
)
from cityos_dsl.expr.errors import EvaluationError
from cityos_dsl.expr.evaluate import evaluate
from cityos_dsl.expr.functions import major, minor
from cityos_dsl.expr.parse import parse

DEFAULT_CURRENCY = "USD"
Env: TypeAlias = dict[str, Any]
Steps: TypeAlias = list[str | int]


def assign_all(template: Any, value: Any, env: Env, roots: frozenset[str]) -> None:
    """Make a template of expressions have this value, as far as it can be, by writing under the roots."""
    late: list[tuple[str, Any]] = []
    _walk(template, value, lambda text, wanted: late.append((text, wanted)))
    # What depends on a currency comes after the field that says which, and what stands last in a list after the list.
    late.sort(key=lambda each: ("size(" in each[0], "major(" in each[0] or "minor(" in each[0]))
    for text, wanted in late:
        assign(parse(text), wanted, env, roots)


def _walk(template: Any, value: Any, visit: Callable[[str, Any], None]) -> None:
    if isinstance(template, str):
        if value is not None:
            visit(template, value)
    elif isinstance(template, dict) and isinstance(value, dict):
        for name, inner in template.items():
            _walk(inner, value.get(name), visit)
    elif isinstance(template, list) and isinstance(value, list):
        for inner, item in zip(template, value, strict=False):
            _walk(inner, item, visit)


def assign(expr: Expr, value: Any, env: Env, roots: frozenset[str]) -> None:
    """Make one expression have this value; what cannot be written, such as the input, is left alone."""
    match expr:
        case Name() | Select() | Index() if (steps := place(expr)) is not None:
            if steps[0] in roots:
                write(env, steps, value)
        case Select(operand=Index(operand=listed, index=Binary(op="-", left=Call(function="size"))), field=field):
            _assign_last(listed, field, value, env, roots)
        case Index(operand=MapOf(entries=entries), index=index):
            for key, mapped in entries:
                if _constant(mapped) == value:
                    assign(index, _constant(key), env, roots)
                    return
        case Call(function=function, args=args) if args:
            _assign_call(function, args, value, env, roots)
        case Method(operand=operand, name=name):
            _assign_method(operand, name, value, env, roots)
        case Conditional(test=test, then=then, otherwise=otherwise):
            _assign_conditional(test, then, otherwise, value, env, roots)
        case Unary(op="!", operand=operand):
            assign(operand, not value, env, roots)
        case Binary(op=op, left=left, right=right):
            _assign_binary(op, left, right, value, env, roots)
        case Macro(operand=operand, name="map", variable=variable, args=(body,)) if isinstance(value, list):
            assign(operand, [_element(body, variable, item, env) for item in value], env, roots)
        case Macro(operand=operand, name="filter", variable=variable, args=(test,)) if isinstance(value, list):
            for item in value:
                _admit(test, {**env, variable: item}, frozenset({variable}))
            assign(operand, value, env, roots)
        case ListOf(items=items) if isinstance(value, list):
            for item, wanted in zip(items, value, strict=False):
                assign(item, wanted, env, roots)
        case RecordOf(fields=fields) if isinstance(value, dict):
            for name, inner in fields:
                if value.get(name) is not None:
                    assign(inner, value[name], env, roots)
        case MapOf(entries=entries) if isinstance(value, dict):
            for key, inner in entries:
                if value.get(_constant(key)) is not None:
                    assign(inner, value[_constant(key)], env, roots)
        case _:
            pass


def _element(body: Expr, variable: str, wanted: Any, env: Env) -> Any:
    inner = {**env, variable: {}}
    assign(body, wanted, inner, frozenset({variable}))
    return inner[variable]


def _assign_last(listed: Expr, field: str, value: Any, env: Env, roots: frozenset[str]) -> None:
    """Make the last element of a list have this field, with one more element where it has another."""
    items = read_or_none(listed, env) or []
    if not items or items[-1].get(field) != value:
        assign(listed, [*items, {field: value}], env, roots)


def _admit(test: Expr, env: Env, roots: frozenset[str]) -> None:
    """Make an element pass a filter that asks for what is known elsewhere: `filter(c, c.tenant == tenant.id)`."""
    match test:
        case Binary(op="&&", left=left, right=right):
            _admit(left, env, roots)
            _admit(right, env, roots)
        case Binary(op="==", left=left, right=right) if (wanted := read_or_none(right, env)) is not None:
            assign(left, wanted, env, roots)
        case _:
            pass


def _assign_call(function: str, args: tuple[Expr, ...], value: Any, env: Env, roots: frozenset[str]) -> None:
    first = args[0]
    match function:
        case "major":
            assign(first, minor(_decimal(value), _currency(args[1], env, roots)), env, roots)
        case "minor":
            assign(first, major(int(value), _currency(args[1], env, roots)), env, roots)
        case "timestamp":
            assign(first, _epoch(value), env, roots)
        case "size":
            assign(first, [{} for _ in range(int(value))], env, roots)
        case "default" | "string" | "int" | "double" | "decimal" | "date":
            assign(first, value, env, roots)
        case _:
            pass


def _assign_method(operand: Expr, name: str, value: Any, env: Env, roots: frozenset[str]) -> None:
    match name:
        case "orValue" | "trim":
            assign(operand, value, env, roots)
        case "upperAscii":
            assign(operand, str(value).lower(), env, roots)
        case "lowerAscii":
            assign(operand, str(value).upper(), env, roots)
        case _:
            pass


def _assign_conditional(test: Expr, then: Expr, otherwise: Expr, value: Any, env: Env, roots: frozenset[str]) -> None:
    from cityos_runtime.sandbox.conditions import alternatives

    chosen = otherwise if _constant(then) != value and isinstance(then, Literal) else then
    if isinstance(otherwise, Literal) and _constant(otherwise) == value:
        chosen = otherwise
    for wanted in next(iter(alternatives(test, chosen is then)), []):
        assign(wanted[0], wanted[1], env, roots)
    assign(chosen, value, env, roots)


def _assign_binary(op: str, left: Expr, right: Expr, value: Any, env: Env, roots: frozenset[str]) -> None:
    from cityos_runtime.sandbox.conditions import alternatives

    match op:
        case "+" if isinstance(left, Literal) and isinstance(value, str):
            assign(right, value.removeprefix(str(left.value)), env, roots)
        case "+" if isinstance(right, Literal) and isinstance(value, str):
            assign(left, value.removesuffix(str(right.value)), env, roots)
        case _ if isinstance(value, bool):
            for expr, wanted in next(iter(alternatives(Binary(op, left, right), value)), []):
                assign(expr, wanted, env, roots)
        case _:
            pass


def place(expr: Expr) -> Steps | None:
    """Where a chain of selections and constant indexes leads, as `["body", "data", 0, "id"]`."""
    match expr:
        case Name(name=name):
            return [name]
        case Select(operand=operand, field=field):
            steps = place(operand)
            return None if steps is None else [*steps, field]
        case Index(operand=operand, index=Literal(value=str() | int() as index)):
            steps = place(operand)
            return None if steps is None else [*steps, index]
        case _:
            return None


def write(root: Env, steps: Steps, value: Any) -> None:
    """Write a value at a place, making the records and lists on the way."""
    at: Any = root
    for step, following in zip(steps, [*steps[1:], None], strict=True):
        if isinstance(step, int):
            at.extend({} for _ in range(step + 1 - len(at)))
        if following is None:
            at[step] = value
            return
        fitting = list if isinstance(following, int) else dict
        current = at[step] if isinstance(step, int) else at.get(step)
        if not isinstance(current, fitting):
            current = at[step] = fitting()
        at = current


def read_or_none(expr: Expr, env: Env) -> Any:
    """The value of an expression, or None where it has none."""
    try:
        return evaluate(expr, env)
    except EvaluationError:
        return None


def _currency(expr: Expr, env: Env, roots: frozenset[str]) -> str:
    known = read_or_none(expr, env)
    if isinstance(known, str) and known:
        return known.upper()
    currency = str(env.get("currency") or DEFAULT_CURRENCY).upper()
    assign(expr, currency, env, roots)
    return currency


def _constant(expr: Expr) -> Any:
    match expr:
        case Literal(value=value):
            return value
        case Name(name=name):
            return name
        case _:
            return None


def _decimal(value: Any) -> Decimal:
    return value if isinstance(value, Decimal) else Decimal(str(value))


def _epoch(value: Any) -> Any:
    """Systems that say when as a number count seconds."""
    if not isinstance(value, str):
        return value
    if value.isdigit():  # counted already, in a query
        return int(value)
    return int(datetime.fromisoformat(value).timestamp())
