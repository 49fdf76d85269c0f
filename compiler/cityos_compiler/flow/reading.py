"""What a value reads: its expressions, and the fields of a name."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_dsl.expr.ast import Expr, Name, Select, children


def expressions(value: ir.Value) -> Iterator[ir.Expr]:
    """The expressions of a value, in records and lists too."""
    match value:
        case ir.Expr():
            yield value
        case ir.Record():
            for _, inner in value.fields:
                yield from expressions(inner)
        case ir.Items():
            for inner in value.items:
                yield from expressions(inner)


def fields_read(value: ir.Value, name: str) -> frozenset[str]:
    """The fields of a name that a value reads."""
    return frozenset(field for expr in expressions(value) for field in _fields(expr.checked.expr, name))


def _fields(node: Expr, name: str) -> Iterator[str]:
    if isinstance(node, Select) and isinstance(node.operand, Name) and node.operand.name == name:
        yield node.field
    for inner in children(node):
        yield from _fields(inner, name)
