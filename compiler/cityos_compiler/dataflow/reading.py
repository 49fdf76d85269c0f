"""The data class of an expression: the highest of its parts; comparisons, sizes and `has` are internal."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from cityos_compiler import ir
from cityos_compiler.dataflow.held import Held, field_of, item_of, joined, lowered, seen_at, top
from cityos_dsl.expr import ast
from cityos_dsl.expr import types as t

LOWERING = ("mask", "hash", "size")
COMPARING = ("==", "!=", "<", "<=", ">", ">=", "&&", "||", "in")
SAME_LIST = ("filter", "sortBy", "sort", "reverse", "distinct", "slice")
ELEMENT = ("first", "last", "max_by", "min_by")
WHICHEVER = ("default", "orValue")
TRUTHS = ("exists", "exists_one", "all", "hasValue", "startsWith", "endsWith", "contains", "matches")

Lookup = Callable[[str], Held]


def value_of(value: ir.Value, names: Lookup) -> Held:
    """What is known of a value: an expression, or a record or list written out."""
    match value:
        case ir.Expr():
            return held(value.checked.expr, names)
        case ir.Record():
            return Held(type=value.type, parts={name: value_of(inner, names) for name, inner in value.fields})
        case ir.Items():
            return Held(type=value.type, item=joined([value_of(inner, names) for inner in value.items]))


def held(node: ast.Expr, names: Lookup) -> Held:
    """What is known of an expression's value."""
    match node:
        case ast.Name():
            return seen_at(names(node.name), node.start, node.end)
        case ast.Select():
            return seen_at(field_of(held(node.operand, names), node.field), node.start, node.end)
        case ast.Index():
            return _indexed(node, names)
        case ast.Has() | ast.Unary(op="!"):
            return lowered(held(node.operand, names))
        case ast.Binary() if node.op in COMPARING:
            return lowered(_highest(ast.children(node), names))
        case ast.Conditional():
            return joined([held(node.then, names), held(node.otherwise, names)])
        case ast.Call() | ast.Method():
            return _called(node, names)
        case ast.Macro():
            return _of_each(node, names)
        case ast.ListOf():
            return Held(item=joined([held(each, names) for each in node.items]))
        case ast.MapOf():
            return _map(node, names)
        case ast.RecordOf():
            return Held(parts={name: held(each, names) for name, each in node.fields})
    return _highest(ast.children(node), names)


def _highest(nodes: Iterable[ast.Expr], names: Lookup) -> Held:
    level = Held().level
    for node in nodes:
        level = top(held(node, names)).over(level)
    return Held(level)


def _indexed(node: ast.Index, names: Lookup) -> Held:
    operand = held(node.operand, names)
    if isinstance(node.index, ast.Literal) and isinstance(node.index.value, str):
        return seen_at(field_of(operand, node.index.value), node.start, node.end)
    return seen_at(item_of(operand), node.start, node.end)


def _called(node: ast.Call | ast.Method, names: Lookup) -> Held:
    name = node.function if isinstance(node, ast.Call) else node.name
    arguments = [held(each, names) for each in ast.children(node)]
    if name in LOWERING or name in TRUTHS:
        return lowered(_highest(ast.children(node), names))
    if name in WHICHEVER:
        return joined(arguments)
    if name in SAME_LIST and arguments:
        return arguments[0]
    if name in ELEMENT and arguments:
        return item_of(arguments[0])
    if name == "values" and arguments:
        return Held(item=item_of(arguments[0]))
    return _highest(ast.children(node), names)


def _of_each(node: ast.Macro, names: Lookup) -> Held:
    """A macro: its body sees the elements under its variable."""
    operand = held(node.operand, names)

    def inside(name: str) -> Held:
        return item_of(operand) if name == node.variable else names(name)

    if node.name in SAME_LIST:
        return operand
    if node.name in ELEMENT:
        return item_of(operand)
    body = held(node.args[-1], inside)
    if node.name in TRUTHS:
        return lowered(body)
    return Held(item=body) if node.name == "map" else body


def _map(node: ast.MapOf, names: Lookup) -> Held:
    keys = [key.value for key, _ in node.entries if isinstance(key, ast.Literal) and isinstance(key.value, str)]
    values = [held(value, names) for _, value in node.entries]
    if keys and len(keys) == len(values):
        return Held(parts=dict(zip(keys, values, strict=True)))
    return Held(joined([Held(top(held(key, names))) for key, _ in node.entries]).level, item=joined(values))


def typed(kind: t.Type) -> Held:
    """A value as its type declares it."""
    return Held(type=kind)


def by_name(*layers: Mapping[str, Held]) -> Lookup:
    """Look names up in these, the first first."""

    def find(name: str) -> Held:
        return next((layer[name] for layer in layers if name in layer), Held())

    return find
