"""What has the right types and still can't be meant: literals that nothing can be read from, parts without a value."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import time

from cityos_dsl.expr.ast import Binary, Call, Expr, Index, Literal, Macro, Method, Name, children
from cityos_dsl.expr.checking import nearest
from cityos_dsl.expr.errors import EvaluationError, ExprError
from cityos_dsl.expr.evaluate import evaluate
from cityos_dsl.expr.fold import asks_the_clock
from cityos_dsl.expr.library.times import zone

CODE = "EXPR022"


def hopeless(expr: Expr) -> ExprError | None:
    """The first part of a checked expression that can't be meant."""
    return next(_parts(expr), None)


def _parts(node: Expr) -> Iterator[ExprError]:
    for child in children(node):
        yield from _parts(child)
    wrong = _wrong(node)
    if wrong is not None:
        yield ExprError(CODE, wrong[0], node.start, node.end, wrong[1])
    yield from _unread(node)


def _wrong(node: Expr) -> tuple[str, str] | None:
    """What is wrong with a part by itself, and what to do."""
    match node:
        case Binary(op="==" | "!=" | "<" | "<=" | ">" | ">=" as op, left=left, right=right):
            if _same(left, right):
                return f"both sides of `{op}` are the same", "compare it with something else"
        case Binary(op="/" | "%", right=Literal(value=value)) if value == 0 and value is not False:
            return "this divides by nothing", "divide by something that isn't 0"
    if isinstance(node, Call | Method | Index) and _is_decided(node):
        try:
            evaluate(node, {})
        except EvaluationError as error:
            counted = isinstance(node, Index) and "item" in error.message
            return error.message, "the first one is 0" if counted else "write what can be read"
    return None


def _unread(node: Expr) -> Iterator[ExprError]:
    """The texts among the arguments from which a zone or a time of day is read, where they are none."""
    args = node.args if isinstance(node, Call | Method) else ()
    for place, read in _READ.get(_name(node), {}).items():
        if place < len(args) and isinstance(literal := args[place], Literal) and isinstance(literal.value, str):
            text = literal.value
            try:
                read(text)
            except EvaluationError as error:
                yield ExprError(CODE, error.message, literal.start, literal.end, _zone_help(text))
            except ValueError:
                yield ExprError(CODE, f"`{text}` is no time of day", literal.start, literal.end,
                                "write it as clocks show it: 09:30, 23:59")  # fmt: skip


def _zone_help(name: str) -> str:
    from zoneinfo import available_timezones

    return nearest(name, sorted(available_timezones())) or "write a name such as Asia/Riyadh, or an offset: +03:00"


def _same(left: Expr, right: Expr) -> bool:
    """Whether two parts read alike and give the same whenever they are asked; two literals may be an example."""
    from cityos_dsl.expr.unparse import unparse

    if isinstance(left, Literal) or type(left) is not type(right) or asks_the_clock(left):
        return False
    return unparse(left) == unparse(right)


def _is_decided(node: Expr) -> bool:
    """Whether nothing of a run has a say in it."""
    if isinstance(node, Name | Macro) or (isinstance(node, Call) and node.function in ("now", "default")):
        return False
    return all(map(_is_decided, children(node)))


def _name(node: Expr) -> str:
    return node.function if isinstance(node, Call) else node.name if isinstance(node, Method) else ""


_OF_ZONES = ("getFullYear", "getMonth", "getDate", "getDayOfMonth", "getDayOfWeek", "getDayOfYear", "getHours",
             "getMinutes", "getSeconds", "getMilliseconds")  # fmt: skip
_READ: dict[str, dict[int, Callable[[str], object]]] = {
    "at": {1: time.fromisoformat, 2: zone},
    "date": {1: zone},
    **{name: {0: zone} for name in _OF_ZONES},
}
"""The texts among the arguments of functions that are read at run time."""
