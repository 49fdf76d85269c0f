"""Conditions backwards: which values make an error matcher match."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from itertools import islice, product
from typing import Any, TypeAlias

from cityos_dsl.expr.ast import Binary, Expr, Has, ListOf, Literal, Macro, Method, Select, Unary

Wanted: TypeAlias = list[tuple[Expr, Any]]
"""Expressions and the values they should have."""

OTHER = "other"
MOST = 50
_FLIPPED = {"==": "==", "!=": "!=", "<": ">", ">": "<", "<=": ">=", ">=": "<="}
_NEGATED = {"==": "!=", "!=": "==", "<": ">=", ">": "<=", "<=": ">", ">=": "<"}


def alternatives(condition: Expr, truth: bool = True) -> Iterator[Wanted]:
    """Ways in which a condition could come true (or false); the caller checks which of them does."""
    yield from islice(_alternatives(condition, truth), MOST)


def _alternatives(condition: Expr, truth: bool) -> Iterator[Wanted]:
    match condition:
        case Unary(op="!", operand=operand):
            yield from _alternatives(operand, not truth)
        case Binary(op="&&" | "||" as op, left=left, right=right):
            if (op == "&&") is truth:
                for one, other in product(_alternatives(left, truth), _alternatives(right, truth)):
                    yield [*one, *other]
            else:
                yield from _alternatives(left, truth)
                yield from _alternatives(right, truth)
        case Binary(op="in", left=left, right=ListOf(items=items)):
            constants = [item.value for item in items if isinstance(item, Literal)]
            yield from ([(left, value)] for value in (constants if truth else [OTHER]))
        case Binary(op="in", left=Literal(value=value), right=right):
            yield [(right, [value] if truth else [])]
        case Binary(op=op, left=left, right=right) if op in _FLIPPED:
            yield from _compared(op if truth else _NEGATED[op], left, right)
        case Literal(value=value):
            if value is truth:
                yield []
        case Has(operand=operand, field=field):
            yield [(Select(operand, field), OTHER)] if truth else []
        case Method():
            yield from _method(condition, truth)
        case Macro(operand=operand, name="exists", variable=variable, args=(inner,)) if truth:
            for wanted in _alternatives(inner, True):
                yield [(operand, [_element(variable, wanted)])]
        case _:
            yield [(condition, truth)]


def _compared(op: str, left: Expr, right: Expr) -> Iterator[Wanted]:
    if isinstance(left, Literal) and not isinstance(right, Literal):
        left, right, op = right, left, _FLIPPED[op]
    if not isinstance(right, Literal):
        return
    value: Any = right.value
    if op in ("<", ">") and not isinstance(value, int | float | Decimal | timedelta):
        return
    match op:
        case "==":
            yield [] if value is None else [(left, value)]
        case "!=":
            yield [(left, OTHER if value is None or isinstance(value, str) else _beside(value))]
        case ">=" | "<=":
            yield [(left, value)]
        case ">":
            yield [(left, value + _least(value))]
        case "<":
            yield [(left, value - _least(value))]


def _least(value: Any) -> Any:
    """A difference that matters."""
    return timedelta(seconds=1) if isinstance(value, timedelta) else 1


def _beside(value: Any) -> Any:
    return (not value) if isinstance(value, bool) else value + _least(value)


def _method(condition: Method, truth: bool) -> Iterator[Wanted]:
    if not truth:
        yield []
        return
    match condition:
        case Method(operand=operand, name="contains" | "startsWith" | "endsWith", args=(Literal(value=part),)):
            yield [(operand, part)]
        case Method(operand=operand, name="matches", args=(Literal(value=str() as pattern),)):
            yield from ([(operand, text)] for text in samples(pattern))
        case _:
            return


def _element(variable: str, wanted: Wanted) -> Any:
    from cityos_runtime.sandbox.inversion import assign

    env: dict[str, Any] = {variable: {}}
    for expr, value in wanted:
        assign(expr, value, env, frozenset({variable}))
    return env[variable]


def samples(pattern: str) -> Iterator[str]:
    """Texts that a simple pattern matches: its alternatives, as short as can be."""
    for candidate in _alternatives_of(pattern):
        text = candidate.removeprefix("^").removesuffix("$")
        text = re.sub(r"\\d|\[0-9\]", "0", text)
        text = re.sub(r"\[\^([^\]])[^\]]*\]", lambda m: "1" if m[1] != "1" else "2", text)
        text = re.sub(r"\[([^\]])[^\]]*\]", r"\1", text)
        text = re.sub(r"\.[*+]|\.\?", "", text)
        text = re.sub(r"(.)\{(\d+)[^}]*\}", lambda m: m[1] * int(m[2]), text)
        text = re.sub(r"\\(.)", r"\1", text)
        if re.search(pattern, text):
            yield text


def _alternatives_of(pattern: str) -> Iterator[str]:
    """The pattern with each of its groups' alternatives, innermost first."""
    group = re.search(r"\((?:\?:)?([^()]*)\)", pattern)
    if group is None:
        yield from pattern.split("|")
        return
    for part in group[1].split("|"):
        yield from _alternatives_of(pattern[: group.start()] + part + pattern[group.end() :])
