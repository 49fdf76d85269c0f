"""Checking an expression's names and types, and resolving what its context decides."""

from __future__ import annotations

from dataclasses import dataclass, field

from cityos_dsl.expr import ast
from cityos_dsl.expr.ast import Expr, Macro, Select, children, path_of
from cityos_dsl.expr.check_calls import check_call, check_macro, check_method
from cityos_dsl.expr.check_operators import check_binary, check_conditional, check_unary
from cityos_dsl.expr.check_values import (
    check_has,
    check_index,
    check_list,
    check_literal,
    check_map,
    check_name,
    check_record,
    check_select,
)
from cityos_dsl.expr.checking import Checking, Handler
from cityos_dsl.expr.errors import ExprError
from cityos_dsl.expr.scope import Scope
from cityos_dsl.expr.types import ANY, Type

_HANDLERS: dict[type, Handler] = {
    ast.Literal: check_literal,
    ast.Name: check_name,
    ast.Select: check_select,
    ast.Index: check_index,
    ast.Has: check_has,
    ast.Call: check_call,
    ast.Method: check_method,
    ast.Macro: check_macro,
    ast.Unary: check_unary,
    ast.Binary: check_binary,
    ast.Conditional: check_conditional,
    ast.ListOf: check_list,
    ast.MapOf: check_map,
    ast.RecordOf: check_record,
}


@dataclass(frozen=True)
class Checked:
    """An expression with its type and findings.

    In `expr` everything that its context decides is written out: bare enumeration members are strings,
    literals beside decimals are decimals, records have their type. It evaluates without types, and
    `unparse(expr)` is a text that means the same anywhere. `types` gives the type of a node by its `id`;
    `when_true` and `when_false` are the paths that are then known not to be null.
    """

    expr: Expr
    type: Type
    errors: list[ExprError]
    types: dict[int, Type]
    when_true: frozenset[str]
    when_false: frozenset[str]
    nodes: list[Expr] = field(default_factory=list, repr=False)

    def type_of(self, node: Expr) -> Type:
        """The type of a node of `expr` or of the expression that was checked."""
        return self.types.get(id(node), ANY)


def check(expr: Expr, scope: Scope, expected: Type | None = None) -> Checked:
    """The expression checked in a scope, and against the type its place expects."""
    checking = Checking(_HANDLERS)
    typed = checking.infer(expr, scope, expected)
    if expected is not None:
        typed = checking.fit(typed, scope, expected, "what is expected here")
        checking.types[id(typed.node)] = typed.type
    return Checked(
        typed.node,
        typed.type,
        _once(checking.errors),
        checking.types,
        typed.when_true,
        typed.when_false,
        [*checking.kept, expr, typed.node],
    )


def _once(errors: list[ExprError]) -> list[ExprError]:
    """The findings in the order of their place, each once."""
    unique = {(error.start, error.end, error.code, error.message): error for error in errors}
    return [unique[key] for key in sorted(unique)]


def roots(expr: Expr) -> set[str]:
    """The free names an expression uses. Ask `Checked.expr`, where bare enumeration members are no names."""
    return {path.split(".")[0] for path in paths(expr)}


def paths(expr: Expr) -> set[str]:
    """The longest dotted paths from free names: `a.b.c` for `a.b.c + a.x[0].y`, and `a.x`."""
    found: set[str] = set()
    _collect(expr, frozenset(), found)
    return found


def _collect(node: Expr, bound: frozenset[str], found: set[str]) -> None:
    path = path_of(node)
    if path is not None:
        if path.split(".")[0] not in bound:
            found.add(path)
        return
    if isinstance(node, ast.Has):
        _collect(Select(node.operand, node.field), bound, found)
        return
    if isinstance(node, Macro):
        _collect(node.operand, bound, found)
        for arg in node.args:
            _collect(arg, bound | set(node.variables), found)
        return
    for child in children(node):
        _collect(child, bound, found)
