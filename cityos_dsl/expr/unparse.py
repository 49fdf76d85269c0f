"""Syntax tree to expression text, with as few parentheses as the meaning allows."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal

from cityos_dsl.expr import literals
from cityos_dsl.expr.ast import (
    Binary,
    Call,
    Conditional,
    Expr,
    Has,
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

_WORD = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_CONSTANTS = frozenset({"true", "false", "null", "in"})
_CONDITIONAL, _UNARY, _MEMBER = 0, 6, 7
_LEVELS = {"||": 1, "&&": 2, "in": 3, "+": 4, "-": 4, "*": 5, "/": 5, "%": 5} | dict.fromkeys(
    ("==", "!=", "<", "<=", ">", ">="), 3
)


def unparse(expr: Expr) -> str:
    """The text of the expression; `parse` gives the same tree again."""
    return _text(expr, _CONDITIONAL)


def _text(node: Expr, level: int) -> str:
    text, own = _write(node)
    return f"({text})" if own < level else text


def _write(node: Expr) -> tuple[str, int]:
    """The text, and how tightly it holds together."""
    match node:
        case Literal():
            return _literal(node)
        case Unary():
            return _unary(node)
        case Binary():
            own = _LEVELS[node.op]
            return f"{_text(node.left, own)} {node.op} {_text(node.right, own + 1)}", own
        case Conditional():
            test, then = _text(node.test, 1), _text(node.then, 1)
            return f"{test} ? {then} : {_text(node.otherwise, _CONDITIONAL)}", _CONDITIONAL
        case _:
            return _member(node), _MEMBER


def _unary(node: Unary) -> tuple[str, int]:
    number = isinstance(node.operand, Literal) and node.operand.kind in ("int", "double")
    operand = _text(node.operand, _UNARY)
    double = node.op == "-" and operand.startswith("-")
    return f"{node.op}({operand})" if number and not double else node.op + operand, _UNARY


def _member(node: Expr) -> str:
    match node:
        case Name():
            return node.name
        case Select():
            return f"{_text(node.operand, _MEMBER)}{'.?' if node.optional else '.'}{_field(node.field)}"
        case Index():
            mark = "?" if node.optional else ""
            return f"{_text(node.operand, _MEMBER)}[{mark}{unparse(node.index)}]"
        case Has():
            return f"has({_text(node.operand, _MEMBER)}.{_field(node.field)})"
        case Call():
            return f"{node.function}({_list(node.args)})"
        case Method():
            return f"{_text(node.operand, _MEMBER)}.{node.name}({_list(node.args)})"
        case Macro():
            return _macro(node)
        case ListOf():
            return f"[{', '.join(_maybe(at in node.optional, item) for at, item in enumerate(node.items))}]"
        case MapOf():
            entries = enumerate(node.entries)
            texts = (f"{_maybe(at in node.optional, key)}: {unparse(value)}" for at, (key, value) in entries)
            return "{" + ", ".join(texts) + "}"
        case RecordOf():
            fields = ", ".join(f"{name}: {unparse(value)}" for name, value in node.fields)
            return f"{node.type_name}{{{fields}}}"
    raise AssertionError(node)


def _maybe(optional: bool, node: Expr) -> str:
    return f"?{unparse(node)}" if optional else unparse(node)


def _field(name: str) -> str:
    """The field's name, in backticks where it is not a word."""
    return name if _WORD.fullmatch(name) and name not in _CONSTANTS else f"`{name}`"


def _macro(node: Macro) -> str:
    if node.name == "bind":
        return f"cel.bind({node.variable}, {unparse(node.operand)}, {_list(node.args)})"
    return f"{_text(node.operand, _MEMBER)}.{node.name}({', '.join(node.variables)}, {_list(node.args)})"


def _list(nodes: tuple[Expr, ...]) -> str:
    return ", ".join(map(unparse, nodes))


def _literal(node: Literal) -> tuple[str, int]:
    value, text = node.value, _literal_text(node)
    negative = node.kind in ("int", "double") and isinstance(value, int | float) and text.startswith("-")
    return text, _UNARY if negative else _MEMBER


def _literal_text(node: Literal) -> str:
    value = node.value
    match node.kind:
        case "null":
            return "null"
        case "bool":
            return "true" if value else "false"
        case "int":
            return str(value)
        case "uint":
            return f"{value!s}u"
        case "double":
            return node.text if node.text and "x" not in node.text and _is_double(node.text) else _double(value)
        case "decimal":
            return f'decimal("{value:f}")' if isinstance(value, Decimal) else f"decimal({value!r})"
        case "duration":
            return node.text or _duration(node)
        case "bytes":
            return literals.write_bytes(value) if isinstance(value, bytes) else "b''"
        case _:
            return literals.write_string(str(value))


def _is_double(text: str) -> bool:
    return any(mark in text for mark in ".eE")


def _double(value: object) -> str:
    text = repr(value)
    return text if _is_double(text) else f"{text}.0"


def _duration(node: Literal) -> str:
    assert isinstance(node.value, timedelta)
    return literals.write_duration(node.value) or f'duration("{node.value.total_seconds()}s")'
