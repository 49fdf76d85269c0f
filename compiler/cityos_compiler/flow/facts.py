"""What conditions say of values: the members, truths and zones that a path may still have.

Only values of few possibilities are kept: enumerations, truths, whether something is there, and the tenant's zone.
"""

from __future__ import annotations

from collections.abc import Mapping, Set
from dataclasses import dataclass, field
from typing import TypeAlias

from cityos_compiler import ir
from cityos_compiler.flow.constants import Known
from cityos_dsl.diagnostics import Span
from cityos_dsl.expr import ast
from cityos_dsl.expr import types as t
from cityos_dsl.expr.ast import path_of

ZONE = "tenant.zone"


class There:
    """A value that is there, whichever it is."""

    def __repr__(self) -> str:
        return "there"


THERE = There()
Possible: TypeAlias = frozenset[str | bool | There | None]


@dataclass(frozen=True)
class Fact:
    """What a value may be, and where that was said."""

    values: Possible
    span: Span | None


Facts: TypeAlias = Mapping[str, Fact]
Outcomes: TypeAlias = tuple[Facts | None, Facts | None]
"""What is known where a condition holds, and where it doesn't; None where that can't be."""


def union(one: Facts | None, other: Facts | None) -> Facts | None:
    """What is known where two paths meet."""
    if one is None or other is None:
        return other if one is None else one
    return {path: Fact(fact.values | other[path].values, fact.span) for path, fact in one.items() if path in other}


def without(facts: Facts, names: Set[str]) -> Facts:
    """What is known once these names may have other values."""
    return {path: fact for path, fact in facts.items() if path.partition(".")[0] not in names}


@dataclass
class Conditions:
    """The conditions of one workflow."""

    known: Known
    zones: frozenset[str]
    """The residency zones of the project."""
    changing: Set[str] = field(default_factory=set)
    """Names that may change at any time: nothing is kept of them."""

    def outcomes(self, expr: ir.Expr, facts: Facts) -> Outcomes:
        """What is known where the condition holds, and where it doesn't."""
        return self._of(expr.checked.expr, facts, expr)

    def _of(self, node: ast.Expr, facts: Facts, expr: ir.Expr) -> Outcomes:
        match node:
            case ast.Literal(value=bool() as value):
                return (facts, None) if value else (None, facts)
            case ast.Unary(op="!"):
                yes, no = self._of(node.operand, facts, expr)
                return no, yes
            case ast.Binary(op="&&"):
                return self._both(node, facts, expr)
            case ast.Binary(op="||"):
                return self._either(node, facts, expr)
            case ast.Binary(op="==" | "!=" | "in"):
                return self._compared(node, facts, expr)
            case ast.Has():
                operand = path_of(node.operand)
                if operand is not None:
                    no, yes = self._split(f"{operand}.{node.field}", {None}, facts, expr, node)
                    return yes, no
            case ast.Name() | ast.Select():
                return self._split(path_of(node), {True}, facts, expr, node)
        return self._constant(node, facts)

    def _both(self, node: ast.Binary, facts: Facts, expr: ir.Expr) -> Outcomes:
        yes, no = self._of(node.left, facts, expr)
        if yes is None:
            return None, no
        both, second = self._of(node.right, yes, expr)
        return both, union(no, second)

    def _either(self, node: ast.Binary, facts: Facts, expr: ir.Expr) -> Outcomes:
        yes, no = self._of(node.left, facts, expr)
        if no is None:
            return yes, None
        second, neither = self._of(node.right, no, expr)
        return union(yes, second), neither

    def _compared(self, node: ast.Binary, facts: Facts, expr: ir.Expr) -> Outcomes:
        """A path beside what is written out."""
        for path, other in ((path_of(node.left), node.right), (path_of(node.right), node.left)):
            wanted = _written(other, node.op)
            if path is not None and wanted is not None:
                yes, no = self._split(path, wanted, facts, expr, node)
                return (no, yes) if node.op == "!=" else (yes, no)
        return self._constant(node, facts)

    def _split(
        self, path: str | None, wanted: Set[str | bool | None], facts: Facts, expr: ir.Expr, node: ast.Expr
    ) -> Outcomes:
        """What is known where a path has one of these values, and where it hasn't."""
        possible = self.possible(path, facts, expr) if path is not None else None
        if path is None or possible is None or path.partition(".")[0] in self.changing:
            return self._constant(node, facts)
        named = wanted - {None}
        within = frozenset(v for v in possible if v in wanted or (v is THERE and named))
        besides = frozenset(v for v in possible if v not in wanted)
        span = expr.source.span
        return (
            {**facts, path: Fact(within, span)} if within else None,
            {**facts, path: Fact(besides, span)} if besides else None,
        )

    def possible(self, path: str, facts: Facts, expr: ir.Expr) -> Possible | None:
        """What a path may be here; ``None`` where there are too many possibilities to follow."""
        if path in facts:
            return facts[path].values
        if path == ZONE:
            return frozenset(self.zones) or None
        kind = _type_at(expr.names, path)
        if kind is None:
            return None
        possible = _domain(kind)
        return possible - {None} if possible is not None and path in expr.known else possible

    def _constant(self, node: ast.Expr, facts: Facts) -> Outcomes:
        value = self.known.truth(node)
        if value is None:
            return facts, facts
        return (facts, None) if value else (None, facts)


def _domain(kind: t.Type) -> Possible | None:
    match kind:
        case t.EnumType():
            return frozenset(kind.members)
        case t.OptionalType(inner):
            return (_domain(inner) or frozenset({THERE})) | {None}
    return frozenset({True, False}) if kind == t.BOOL else None


def _type_at(names: Mapping[str, t.Type], path: str) -> t.Type | None:
    """The type of a path; a field of a record that may be missing may be missing."""
    root, *fields = path.split(".")
    kind = names.get(root)
    for name in fields:
        plain = t.without_null(kind) if kind is not None else None
        each = plain.field(name) if isinstance(plain, t.RecordType) else None
        if each is None:
            return None
        kind = each.type
    return kind


def _written(node: ast.Expr, op: str) -> Set[str | bool | None] | None:
    """The values that are written out on one side of a comparison."""
    if op == "in":
        if not isinstance(node, ast.ListOf):
            return None
        each = [_written(item, "==") for item in node.items]
        return None if None in each else {value for values in each if values is not None for value in values}
    if isinstance(node, ast.Literal) and (node.value is None or isinstance(node.value, str | bool)):
        return {node.value}
    return None
