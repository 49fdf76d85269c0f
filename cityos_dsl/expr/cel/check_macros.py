"""The types of macros."""

from __future__ import annotations

from typing import TYPE_CHECKING

from cityos_dsl.expr.ast import Macro
from cityos_dsl.expr.cel import types as t
from cityos_dsl.expr.cel.macros import MACROS
from cityos_dsl.expr.cel.types import CelType

if TYPE_CHECKING:
    from cityos_dsl.expr.cel.check import Checker

_QUANTIFIERS = frozenset({"all", "exists", "exists_one", "existsOne"})
_ORDERED = frozenset({"bool", "int", "uint", "double", "string", "bytes", "timestamp", "duration", "dyn"})


def check_macro(checker: Checker, node: Macro) -> CelType:
    """The type of what a macro gives."""
    if (node.name, bool(node.second), len(node.args)) not in MACROS:
        return checker.wrong(node, "EXPR015", f"there is no macro `{node.name}`")
    operand = checker.type_of(node.operand)
    if node.name == "bind":
        return checker.bound(node, (operand,))[0]
    if node.name in ("optMap", "optFlatMap"):
        return _check_optional(checker, node, operand)
    key, value = _range(checker, node, operand)
    first = key if checker.inference.resolve(operand).name == "map" else value
    bodies = checker.bound(node, (key, value) if node.second else (first,))
    if node.name in _QUANTIFIERS:
        return _condition(checker, node, bodies[0])
    if node.name == "sortBy":
        if checker.inference.resolve(bodies[0]).name not in _ORDERED:
            return checker.wrong(node, "EXPR013", f"a {checker.show(bodies[0])} has no order")
        return operand
    if node.name == "filter":
        _condition(checker, node, bodies[0])
        return t.list_of(first)
    if len(bodies) == 2:
        _condition(checker, node, bodies[0])
    if node.name == "transformMap":
        return t.map_of(key, bodies[-1])
    return bodies[-1] if node.name == "transformMapEntry" else t.list_of(bodies[-1])


def _range(checker: Checker, node: Macro, operand: CelType) -> tuple[CelType, CelType]:
    """What the two variables are: index and item, or key and value."""
    container = checker.inference.resolve(operand)
    if container.name == "list":
        return t.INT, container.params[0]
    if container.name == "map":
        return container.params[0], container.params[1]
    if container.is_variable:
        checker.inference.assignable((t.DYN, container))
    elif container != t.DYN:
        checker.wrong(node.operand, "EXPR013", f"a macro runs over a list or a map, not a {container}")
    return t.DYN, t.DYN


def _condition(checker: Checker, node: Macro, type: CelType) -> CelType:
    if not checker.inference.assignable((type, t.BOOL)):
        checker.wrong(node.args[0], "EXPR013", f"a condition is a bool, not a {checker.show(type)}")
    return t.BOOL


def _check_optional(checker: Checker, node: Macro, operand: CelType) -> CelType:
    inner = checker.inference.fresh()
    if not checker.inference.assignable((operand, t.optional_of(inner))):
        checker.wrong(node.operand, "EXPR013", f"an optional is needed, not a {checker.show(operand)}")
    body = checker.bound(node, (checker.inference.resolve(inner),))[0]
    if node.name == "optMap":
        return t.optional_of(body)
    result = checker.inference.fresh()
    if not checker.inference.assignable((body, t.optional_of(result))):
        return checker.wrong(node.args[0], "EXPR013", f"an optional is needed, not a {checker.show(body)}")
    return t.optional_of(checker.inference.resolve(result))
