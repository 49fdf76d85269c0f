"""Evaluating any expression of CEL."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

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
from cityos_dsl.expr.cel import macros
from cityos_dsl.expr.cel.collections import entry
from cityos_dsl.expr.cel.library import RUNNING
from cityos_dsl.expr.cel.names import qualified
from cityos_dsl.expr.cel.types import NAMES
from cityos_dsl.expr.cel.values import NONE, Map, Optional, TypeValue, Uint, kind_of, to_cel
from cityos_dsl.expr.errors import EvaluationError
from cityos_dsl.expr.limits import UNRECOVERABLE, Budget


def evaluate(expr: Expr, bindings: Mapping[str, Any]) -> Any:
    """The value of the expression; raises `EvaluationError` where it has none.

    Bindings may be Python's own values, also datetimes; names in them may be dotted. The answer is in the
    values of `cityos_dsl.expr.cel.values`.
    """
    variables = {name: to_cel(value) for name, value in bindings.items()}
    return _Evaluator(variables, {}, Budget()).value(expr)


class _Evaluator:
    """One evaluation; `local` are the variables of the macros around."""

    def __init__(self, variables: dict[str, Any], local: dict[str, Any], budget: Budget) -> None:
        self.variables = variables
        self.local = local
        self.budget = budget

    def value(self, node: Expr) -> Any:
        """The node's value; errors learn where they happened."""
        try:
            return self._value(node)
        except EvaluationError as error:
            if error.start is None:
                error.start, error.end = node.start, node.end
            raise

    def _value(self, node: Expr) -> Any:
        match node:
            case Literal():
                return _literal(node)
            case Name() | Select(optional=False):
                return self._path(node)
            case Select():
                return self._maybe_field(self.value(node.operand), node.field)
            case Index():
                return self._run("_[?_]" if node.optional else "_[_]", node.operand, node.index)
            case Has():
                return _has(self.value(node.operand), node.field)
            case Call():
                return self._run(node.function, *node.args)
            case Method(name="or" | "orValue", args=(otherwise,)):
                return self._alternative(node, otherwise)
            case Method():
                return self._run(node.name, node.operand, *node.args, is_method=True)
            case Macro():
                return self._macro(node)
            case Unary():
                return self._run(f"{node.op}_", node.operand)
            case Binary(op="&&" | "||"):
                return self._logic(node)
            case Binary():
                return self._run("in" if node.op == "in" else f"_{node.op}_", node.left, node.right)
            case Conditional():
                return self.value(node.then if self._truth(node.test) else node.otherwise)
            case ListOf():
                return self._list(node)
            case MapOf():
                return self._map(node)
            case RecordOf():
                raise EvaluationError("undeclared_reference", f"there is no message `{node.type_name}`")

    def _path(self, node: Name | Select) -> Any:
        """A name, a dotted name that is bound as a whole, or a field."""
        found = qualified(node, self.local)
        for name in found.candidates:
            if name in self.variables:
                return self.variables[name]
            if name in NAMES:
                return TypeValue(name)
        if isinstance(node, Select):
            return _field(self.value(node.operand), node.field)
        if node.name in self.local:
            bound = self.local[node.name]
            return bound.value() if isinstance(bound, _Deferred) else bound
        raise EvaluationError("undeclared_reference", f"unknown name `{node.name}`")

    def _maybe_field(self, operand: Any, field: str) -> Optional:
        if isinstance(operand, Optional):
            return self._maybe_field(operand.value, field) if operand.present else NONE
        if not isinstance(operand, Map):
            raise _no_fields(operand, field)
        return Optional(True, operand[field]) if field in operand else NONE

    def _run(self, name: str, *nodes: Expr, is_method: bool = False) -> Any:
        overloads = RUNNING.get((name, is_method))
        if overloads is None:
            raise EvaluationError("undeclared_reference", f"unknown function `{name}`")
        values = [self.value(node) for node in nodes]
        kinds = tuple(map(kind_of, values))
        for each in overloads:
            if each.takes(kinds):
                return each.run(*values)
        many = next((each for each in overloads if name in _MANY and len(values) > 2), None)
        if many is not None:
            return many.run(*values)
        raise EvaluationError("no_such_overload", f"`{name}` does not take {', '.join(kinds) or 'nothing'}")

    def _truth(self, node: Expr) -> bool:
        value = self.value(node)
        if not isinstance(value, bool):
            raise EvaluationError("no_such_overload", f"a condition is a bool, not a {kind_of(value)}")
        return value

    def _alternative(self, node: Method, otherwise: Expr) -> Any:
        """`or` and `orValue`, which look at what follows only where it is needed."""
        optional = self.value(node.operand)
        if not isinstance(optional, Optional):
            raise EvaluationError("no_such_overload", f"`{node.name}` does not take a {kind_of(optional)}")
        if optional.present:
            return optional if node.name == "or" else optional.value
        value = self.value(otherwise)
        return _optional(value) if node.name == "or" else value

    def _logic(self, node: Binary) -> bool:
        """`&&` and `||`: the side that decides wins over an error on the other."""
        decides = node.op == "||"
        try:
            if self._truth(node.left) == decides:
                return decides
        except EvaluationError as error:
            if error.kind not in UNRECOVERABLE and self._decides(node.right, decides):
                return decides
            raise
        return self._truth(node.right)

    def _decides(self, node: Expr, truth: bool) -> bool:
        try:
            return self._truth(node) == truth
        except EvaluationError as error:
            if error.kind in UNRECOVERABLE:
                raise
            return False

    def _list(self, node: ListOf) -> list[Any]:
        result: list[Any] = []
        for at, part in enumerate(node.items):
            value = self.value(part)
            if at not in node.optional:
                result.append(value)
            elif _optional(value).present:
                result.append(value.value)
        return result

    def _map(self, node: MapOf) -> Map:
        entries: list[tuple[Any, Any]] = []
        for at, (key_node, value_node) in enumerate(node.entries):
            key, value = self.value(key_node), self.value(value_node)
            if kind_of(key) not in ("bool", "int", "uint", "string"):
                raise EvaluationError("unsupported_key_type", f"a {kind_of(key)} cannot be a key")
            if at not in node.optional:
                entries.append((key, value))
            elif _optional(value).present:
                entries.append((key, value.value))
        return macros.map_of(entries)

    def _macro(self, node: Macro) -> Any:
        if node.name == "bind":
            return self._body(node, node.args[0])(_Deferred(self, node.operand))
        run = macros.MACROS.get((node.name, bool(node.second), len(node.args)))
        if run is None:
            raise EvaluationError("undeclared_reference", f"unknown function `{node.name}`")
        return run(self.value(node.operand), *(self._body(node, arg) for arg in node.args))

    def _body(self, node: Macro, arg: Expr) -> macros.Body:
        def body(*values: Any) -> Any:
            self.budget.spend()
            local = {**self.local, **dict(zip(node.variables, values, strict=False))}
            return _Evaluator(self.variables, local, self.budget).value(arg)

        return body


class _Deferred:
    """What `cel.bind` names: it is worked out once, where it is used."""

    def __init__(self, evaluator: _Evaluator, node: Expr) -> None:
        self._evaluator = evaluator
        self._node = node
        self._found: tuple[Any] | None = None

    def value(self) -> Any:
        """The value; raises `EvaluationError` at every use where it has none."""
        if self._found is None:
            self._found = (self._evaluator.value(self._node),)
        return self._found[0]


_MANY = frozenset({"math.least", "math.greatest"})
"""Functions that take any number of arguments: CEL makes a list of more than two."""


def _literal(node: Literal) -> Any:
    if node.kind == "uint" and isinstance(node.value, int):
        return Uint(node.value)
    return to_cel(node.value) if isinstance(node.value, timedelta) else node.value


def _no_fields(value: Any, field: str) -> EvaluationError:
    return EvaluationError("no_such_overload", f"a {kind_of(value)} has no fields, so no `{field}`")


def _field(value: Any, field: str) -> Any:
    if isinstance(value, Optional):
        return NONE if not value.present else _chained(value.value, field)
    if not isinstance(value, Map):
        raise _no_fields(value, field)
    return entry(value, field)


def _chained(value: Any, field: str) -> Optional:
    """The field of what an optional holds, which may be absent."""
    if isinstance(value, Optional):
        return NONE if not value.present else _chained(value.value, field)
    if not isinstance(value, Map):
        raise _no_fields(value, field)
    return Optional(True, value[field]) if field in value else NONE


def _has(value: Any, field: str) -> bool:
    if isinstance(value, Optional):
        return value.present and _has(value.value, field)
    if not isinstance(value, Map):
        raise _no_fields(value, field)
    return field in value


def _optional(value: Any) -> Optional:
    if not isinstance(value, Optional):
        raise EvaluationError("no_such_overload", f"an optional is needed here, not a {kind_of(value)}")
    return value
