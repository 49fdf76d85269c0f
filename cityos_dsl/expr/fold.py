"""Working out what a checked expression gives before a run, as far as that can be known."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

from cityos_dsl.expr.ast import (
    Binary,
    Call,
    Conditional,
    Expr,
    Has,
    Index,
    ListOf,
    Literal,
    LiteralKind,
    Macro,
    MapOf,
    Method,
    Name,
    RecordOf,
    Select,
    Unary,
    children,
)
from cityos_dsl.expr.check import roots
from cityos_dsl.expr.errors import EvaluationError
from cityos_dsl.expr.evaluate import evaluate

_KINDS: tuple[tuple[type, LiteralKind], ...] = (
    (bool, "bool"),
    (int, "int"),
    (float, "double"),
    (Decimal, "decimal"),
    (str, "string"),
    (bytes, "bytes"),
    (timedelta, "duration"),
)


def known_value(expr: Expr, known: Mapping[str, Any]) -> tuple[Any] | None:
    """The value in a tuple where the known names decide it, else None; also where the expression has none."""
    folded = fold(expr, known)
    if not _is_decided(folded, known):
        return None
    try:
        return (evaluate(folded, known),)
    except EvaluationError:
        return None


def fold(expr: Expr, known: Mapping[str, Any]) -> Expr:
    """The checked expression with every decided part as a literal; it gives what it gave, errors included.

    A part whose value no literal can say (a list, an instant) stays, and so does a part that has no value.
    """
    node = _with_folded_parts(expr, known)
    match node:
        case Literal():
            return node
        case Binary(op="&&" | "||"):
            return _logic(node)
        case Conditional(test=Literal(value=bool() as test)):
            return node.then if test else node.otherwise
    if not _is_decided(node, known):
        return node
    try:
        return _literal(node, evaluate(node, known)) or node
    except EvaluationError:
        return node


def _logic(node: Binary) -> Expr:
    """`&&` and `||` where one side decides; the side that remains is a condition already."""
    decides = node.op == "||"
    for side in (node.left, node.right):
        if isinstance(side, Literal) and side.value is decides:
            return side
    if isinstance(node.left, Literal) and node.left.kind == "bool":
        return node.right
    return node.left if isinstance(node.right, Literal) and node.right.kind == "bool" else node


def _is_decided(node: Expr, known: Mapping[str, Any]) -> bool:
    return roots(node) <= set(known) and not _asks_the_run(node)


def asks_the_clock(node: Expr) -> bool:
    """Whether `now()` stands somewhere in the expression."""
    return (isinstance(node, Call) and node.function == "now") or any(map(asks_the_clock, children(node)))


def _asks_the_run(node: Expr) -> bool:
    """Whether the clock is asked, or the tenant's time zone."""
    clock = isinstance(node, Call) and (node.function == "now" or (node.function == "at" and len(node.args) == 2))
    return clock or any(map(_asks_the_run, children(node)))


def _literal(node: Expr, value: Any) -> Literal | None:
    if value is None:
        return Literal(None, "null", start=node.start, end=node.end)
    if isinstance(value, float) and not math.isfinite(value):
        return None
    kind = next((kind for cls, kind in _KINDS if isinstance(value, cls)), None)
    return None if kind is None else Literal(value, kind, start=node.start, end=node.end)


def _with_folded_parts(node: Expr, known: Mapping[str, Any]) -> Expr:
    match node:
        case Select() | Has() | Unary():
            return replace(node, operand=fold(node.operand, known))
        case Index():
            return replace(node, operand=fold(node.operand, known), index=fold(node.index, known))
        case Call():
            return replace(node, args=_folded(node.args, known))
        case Method():
            return replace(node, operand=fold(node.operand, known), args=_folded(node.args, known))
        case Macro():
            inner = {name: value for name, value in known.items() if name not in node.variables}
            return replace(node, operand=fold(node.operand, known), args=_folded(node.args, inner))
        case Binary():
            return replace(node, left=fold(node.left, known), right=fold(node.right, known))
        case Conditional():
            test, then = fold(node.test, known), fold(node.then, known)
            return replace(node, test=test, then=then, otherwise=fold(node.otherwise, known))
        case ListOf():
            return replace(node, items=_folded(node.items, known))
        case MapOf():
            return replace(node, entries=tuple((fold(key, known), fold(value, known)) for key, value in node.entries))
        case RecordOf():
            return replace(node, fields=tuple((name, fold(value, known)) for name, value in node.fields))
        case Literal() | Name():
            return node


def _folded(nodes: tuple[Expr, ...], known: Mapping[str, Any]) -> tuple[Expr, ...]:
    return tuple(fold(node, known) for node in nodes)
