"""The names in a workflow's expressions, and the part of one at a place."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cityos_compiler.lowering.env import Env
from cityos_compiler.lowering.values import Seen
from cityos_compiler.lsp.alignment import Alignment, aligned
from cityos_compiler.lsp.names import Occurrence, named
from cityos_compiler.lsp.positions import covers
from cityos_dsl.expr import types as t
from cityos_dsl.expr.ast import Expr, Has, Macro, RecordOf, Select, children
from cityos_dsl.expr.ast import Name as Word
from cityos_dsl.expr.errors import ExprError
from cityos_dsl.expr.parse import parse


@dataclass(frozen=True)
class Part:
    """The smallest part of an expression at a place, with its type."""

    seen: Seen
    node: Expr
    type: t.Type
    alignment: Alignment


def names_in(seen: list[Seen], text: str) -> Iterator[Occurrence]:
    """The names in expressions, each place once."""
    met = set()
    for each in seen:
        alignment = aligned(text, each.node)
        if alignment is None:
            continue
        try:
            tree = parse(each.node.text)
        except ExprError:
            continue
        for found in _names(tree, each.env, alignment, frozenset()):
            if found.span not in met:
                met.add(found.span)
                yield found


def _names(node: Expr, env: Env, alignment: Alignment, bound: frozenset[str]) -> Iterator[Occurrence]:
    if isinstance(node, Word) and node.name not in bound:
        kind = kind_of(node.name, env)
        if kind is not None:
            yield named(kind, node.name, alignment.span(node.start, node.start + len(node.name)))
    if isinstance(node, Select | Has) and node.operand == Word("input") and "input" not in bound:
        end = node.end if isinstance(node, Select) else node.end - 1
        yield named("input", node.field, alignment.span(end - len(node.field), end))
    if isinstance(node, RecordOf):
        yield named("type", node.type_name, alignment.span(node.start, node.start + len(node.type_name)))
    if isinstance(node, Macro):
        yield from _names(node.operand, env, alignment, bound)
        for arg in node.args:
            yield from _names(arg, env, alignment, bound | {node.variable})
        return
    for child in children(node):
        yield from _names(child, env, alignment, bound)


def kind_of(name: str, env: Env) -> str | None:
    """What a free name stands for; None for the language's own and for bare members of enumerations."""
    layers = {"local": env.locals, "state": env.state, "step": {**env.results, **env.missing}}
    if name in env.extra:
        return None
    return next((kind for kind, names in {**layers, "constant": env.constants}.items() if name in names), None)


def part_at(seen: list[Seen], text: str, line: int, column: int) -> Part | None:
    """The smallest part of a checked expression at a place."""
    for each in seen:
        if each.checked is None or not covers(each.node.span, line, column):
            continue
        alignment = aligned(text, each.node)
        if alignment is None:
            continue
        at = alignment.nearest(line, column)
        tree = parse(each.node.text)
        # the checker types the tree that it is given; a text gives the same tree every time
        found = _smallest(tree, at)
        if found is not None:
            return Part(each, found, _type_of(each, found), alignment)
    return None


def _smallest(node: Expr, at: int) -> Expr | None:
    if not node.start <= at <= node.end:
        return None
    inner = (_smallest(child, at) for child in children(node))
    return next((found for found in inner if found is not None), node)


def _type_of(seen: Seen, node: Expr) -> t.Type:
    assert seen.checked is not None
    same = (each for each in seen.checked.nodes if (each.start, each.end) == (node.start, node.end) and each == node)
    found = next(same, None)
    return seen.checked.type_of(found) if found is not None else t.ANY
