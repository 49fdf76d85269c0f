"""Which list of the input or of a result an expression is, and how long it may be."""

from __future__ import annotations

from dataclasses import dataclass

from cityos_compiler import ir
from cityos_dsl.expr import types as t
from cityos_dsl.expr.ast import Expr, Macro, Method, path_of

NO_LONGER = ("filter", "map", "sortBy", "sort", "reverse", "distinct", "slice")
"""What gives a list that is not longer than its operand."""


@dataclass(frozen=True)
class Listed:
    """A list, by its path, and the most elements that it may have; None where nothing says."""

    path: str
    bound: int | None


def listed(workflow: ir.Workflow, among: ir.Expr) -> Listed | None:
    """The list of the input behind an expression, sorted or filtered perhaps; None where it is another's."""
    root, rest = _root(among)
    if root != "input" or not rest:
        return None
    found = _of_input(workflow, rest)
    return Listed(".".join(rest), found.bound) if found is not None else None


def bounded(workflow: ir.Workflow, value: ir.Expr) -> Listed | None:
    """The list of the input or of a step's result behind an expression; None where it is another's."""
    root, rest = _root(value)
    if root == "input" and rest:
        return _of_input(workflow, rest)
    given = dict(workflow.results).get(root)
    return _within(given, {}, rest, root) if given is not None and rest else None


def _root(value: ir.Expr) -> tuple[str, list[str]]:
    """The name that an expression begins with, and the fields behind it; both empty where it is no path."""
    node: Expr = value.checked.expr
    while isinstance(node, Method | Macro) and node.name in NO_LONGER:
        node = node.operand
    root, *rest = (path_of(node) or "").split(".")
    return root, rest


def _of_input(workflow: ir.Workflow, rest: list[str]) -> Listed | None:
    decl = next((decl for decl in workflow.input if decl.name == rest[0]), None)
    if decl is None:
        return None
    return _within(decl.full_type, dict(decl.limits), rest[1:], f"input.{rest[0]}")


def _within(kind: t.Type, limits: dict[str, str], rest: list[str], path: str) -> Listed | None:
    for name in rest:
        plain = t.without_null(kind)
        found = plain.field(name) if isinstance(plain, t.RecordType) else None
        if found is None:
            return None
        kind, limits, path = found.type, dict(found.limits), f"{path}.{name}"
    bound = limits.get("max_items", "")
    return Listed(path, int(bound) if bound.isdigit() else None)
