"""Evaluating expressions on plain data: dicts, lists and objects with attributes."""

from __future__ import annotations

from collections import ChainMap
from collections.abc import Callable, Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from datetime import datetime
from decimal import Decimal
from typing import Any, cast

from cityos_dsl.expr import functions as cel
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
    is_optional_chain,
)
from cityos_dsl.expr.errors import EvaluationError
from cityos_dsl.expr.library.arithmetic import kind_of, no_overload
from cityos_dsl.expr.limits import UNRECOVERABLE, Budget
from cityos_dsl.expr.macros import MACRO_RUNS
from cityos_dsl.expr.signatures import FUNCTIONS, METHODS

_ARITHMETIC: dict[str, Callable[[Any, Any], Any]] = {
    "+": cel.add,
    "-": cel.sub,
    "*": cel.mul,
    "/": cel.div,
    "%": cel.mod,
    "==": cel.equals,
    "!=": lambda left, right: not cel.equals(left, right),
    "in": lambda left, right: cel.contains(right, left),
}
_PYTHON_ERRORS = (TypeError, ValueError, ArithmeticError, AttributeError, LookupError)


Records = Mapping[str, Callable[..., Any]]
"""What makes a record of a type, by the type's name."""


def evaluate(
    expr: Expr,
    env: Mapping[str, Any],
    now: datetime | None = None,
    *,
    absent_is_null: bool = False,
    records: Records | None = None,
) -> Any:
    """The value of the expression; raises `EvaluationError` where it has none.

    With `absent_is_null` a field that a record does not carry is null, as an optional field of a type is.
    Without it only `has`, `.?`, and comparing with `null` may ask for an absent field. A record that is written in
    the expression is made by its type's entry in `records`, and is a dict where there is none.
    """
    return _Evaluator(env, now, absent_is_null, Budget(), records or {}).value(expr)


class _Evaluator:
    def __init__(
        self, env: Mapping[str, Any], now: datetime | None, absent_is_null: bool, budget: Budget, records: Records
    ) -> None:
        self.env = env
        self.records = records
        self.budget = budget
        self.now = now
        self.absent_is_null = absent_is_null

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
                return node.value
            case Name():
                return self._name(node.name)
            case Select():
                return self._select(node)
            case Index():
                return self._index(node)
            case Has():
                return cel.get(self.value(node.operand), node.field) is not None
            case Call():
                return self._call(node)
            case Method():
                return self._method(node)
            case Macro():
                return self._macro(node)
            case Unary():
                return self._unary(node)
            case Binary():
                return self._binary(node)
            case Conditional():
                return self.value(node.then if self._truth(node.test, "?:") else node.otherwise)
            case ListOf():
                return [self.value(item) for item in node.items]
            case MapOf():
                return self._map(node)
            case RecordOf():
                fields = {name: self.value(value) for name, value in node.fields}
                return self.records.get(node.type_name, dict)(**fields)

    def _name(self, name: str) -> Any:
        if name not in self.env:
            raise EvaluationError("undeclared_reference", f"unknown name `{name}`")
        return self.env[name]

    def _select(self, node: Select) -> Any:
        operand = self.value(node.operand)
        if node.optional or (operand is None and is_optional_chain(node.operand)):
            return cel.get(operand, node.field)
        if self.absent_is_null and operand is not None:
            return cel.get(operand, node.field)
        return cel.select(operand, node.field)

    def _index(self, node: Index) -> Any:
        operand, index = self.value(node.operand), self.value(node.index)
        if node.optional or (operand is None and is_optional_chain(node.operand)):
            return cel.get_item(operand, index)
        return cel.item(operand, index)

    def _map(self, node: MapOf) -> dict[Any, Any]:
        result: dict[Any, Any] = {}
        for key_node, value_node in node.entries:
            key = self.value(key_node)
            if kind_of(key) not in ("string", "int", "bool"):
                raise EvaluationError("unsupported_key_type", f"a {kind_of(key)} cannot be a key")
            if key in result:
                raise EvaluationError("duplicate_key", f"the key `{key}` stands twice")
            result[key] = self.value(value_node)
        return result

    def _call(self, node: Call) -> Any:
        if node.function == "now" and not node.args:
            if self.now is None:
                raise EvaluationError("no_clock", "there is no clock here for `now()`")
            return self.now
        function = FUNCTIONS.get(node.function)
        if function is None:
            raise EvaluationError("undeclared_reference", f"unknown function `{node.function}`")
        if node.function == "default" and len(node.args) == 2:
            return self._default(node.args[0], node.args[1])
        args = [self.value(arg) for arg in node.args]
        if node.function == "at" and len(args) == 2:
            args.append(cel.select(self._name("tenant"), "timezone"))
        return self._run(node.function, function.run, self._exact(node.function, node.args, args))

    def _method(self, node: Method) -> Any:
        function = METHODS.get(node.name)
        if function is None:
            raise EvaluationError("undeclared_reference", f"unknown method `{node.name}`")
        if node.name == "orValue" and len(node.args) == 1:
            return self._default(node.operand, node.args[0])
        args = [self.value(node.operand), *(self.value(arg) for arg in node.args)]
        return self._run(node.name, function.run, args)

    def _default(self, node: Expr, otherwise: Expr) -> Any:
        value = self._or_null(node)
        return self.value(otherwise) if value is None else value

    def _or_null(self, node: Expr) -> Any:
        """The value, where the last field of a selection may be absent."""
        if isinstance(node, Select):
            return cel.get(self.value(node.operand), node.field)
        return self.value(node)

    @staticmethod
    def _exact(name: str, nodes: tuple[Expr, ...], args: list[Any]) -> list[Any]:
        """Double literals as decimals, for the functions on money and beside decimals."""
        if name in ("round", "minor", "decimal") or any(isinstance(arg, Decimal) for arg in args):
            return [_exact(node, arg) for node, arg in zip(nodes, args, strict=False)] + args[len(nodes) :]
        return args

    @staticmethod
    def _run(name: str, run: Callable[..., Any], args: list[Any]) -> Any:
        with _as_evaluation_errors(name, args):
            return run(*args)

    def _macro(self, node: Macro) -> Any:
        operand = self.value(node.operand)
        if not isinstance(operand, list | tuple | Mapping):
            raise no_overload(node.name, operand)
        bodies = [self._body(node.variable, arg) for arg in node.args]
        with _as_evaluation_errors(node.name, [operand]):
            return MACRO_RUNS[node.name](list(operand), *bodies)

    def _body(self, variable: str, node: Expr) -> Callable[[Any], Any]:
        def run(element: Any) -> Any:
            self.budget.spend()
            env = ChainMap({variable: element}, cast(MutableMapping[str, Any], self.env))  # which is only read
            inner = _Evaluator(env, self.now, self.absent_is_null, self.budget, self.records)
            return inner.value(node)

        return run

    def _unary(self, node: Unary) -> Any:
        if node.op == "!":
            return not self._truth(node.operand, "!")
        return cel.neg(self.value(node.operand))

    def _truth(self, node: Expr, op: str) -> bool:
        value = self.value(node)
        if not isinstance(value, bool):
            raise no_overload(op, value)
        return value

    def _binary(self, node: Binary) -> Any:
        if node.op in ("&&", "||"):
            return self._logic(node)
        if node.op in ("==", "!=") and any(_is_null(side) for side in (node.left, node.right)):
            left, right = self._or_null(node.left), self._or_null(node.right)
        else:
            left, right = self.value(node.left), self.value(node.right)
        if isinstance(right, Decimal):
            left = _exact(node.left, left)
        elif isinstance(left, Decimal):
            right = _exact(node.right, right)
        if node.op in _ARITHMETIC:
            return _ARITHMETIC[node.op](left, right)
        return cel.compare(node.op, left, right)

    def _logic(self, node: Binary) -> bool:
        """`&&` and `||` as in CEL: the side that decides wins over an error on the other."""
        decides = node.op == "||"
        try:
            if self._truth(node.left, node.op) == decides:
                return decides
        except EvaluationError as error:
            if error.kind in UNRECOVERABLE:
                raise
            try:
                if self._truth(node.right, node.op) == decides:
                    return decides
            except EvaluationError:
                pass
            raise error from None
        return self._truth(node.right, node.op)


def _is_null(node: Expr) -> bool:
    return isinstance(node, Literal) and node.kind == "null"


def _exact(node: Expr, value: Any) -> Any:
    """The value; a double literal is read again from its text as a decimal."""
    if isinstance(node, Literal) and node.kind == "double":
        return Decimal(node.text)
    return value


@contextmanager
def _as_evaluation_errors(name: str, args: list[Any]) -> Iterator[None]:
    try:
        yield
    except _PYTHON_ERRORS as error:
        kinds = ", ".join(kind_of(arg) for arg in args)
        raise EvaluationError("no_such_overload", f"`{name}` does not take {kinds}: {error}") from error
