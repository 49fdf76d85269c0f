"""Which list of the input a loop goes through, and how long it may be."""

from __future__ import annotations

from dataclasses import dataclass

from cityos_compiler import ir
from cityos_dsl.expr import types as t
from cityos_dsl.expr.ast import Expr, Macro, Method, path_of

NO_LONGER = ("filter", "map", "sortBy", "sort", "reverse", "distinct", "slice")
"""What gives a list that is not longer than its operand."""


@dataclass(frozen=True)
class Listed:
    """A list of the input, and the most elements that it may have; None where nothing says."""

    path: str
    bound: int | None


def listed(workflow: ir.Workflow, among: ir.Expr) -> Listed | None:
    """The list of the input behind an expression, sorted or filtered perhaps; None where it is another's."""
    node: Expr = among.checked.expr
    while isinstance(node, Method | Macro) and node.name in NO_LONGER:
        node = node.operand
    path = path_of(node)
    root, _, rest = (path or "").partition(".")
    if path is None or root != "input" or not rest:
        return None
    first, *inner = rest.split(".")
    decl = next((decl for decl in workflow.input if decl.name == first), None)
    if decl is None:
        return None
    kind, limits = decl.full_type, dict(decl.limits)
    for name in inner:
        plain = t.without_null(kind)
        found = plain.field(name) if isinstance(plain, t.RecordType) else None
        if found is None:
            return None
        kind, limits = found.type, dict(found.limits)
    bound = limits.get("max_items", "")
    return Listed(rest, int(bound) if bound.isdigit() else None)
