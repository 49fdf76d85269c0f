"""The type of an expression of CEL, or what is wrong with it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

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
from cityos_dsl.expr.cel import types as t
from cityos_dsl.expr.cel.check_macros import check_macro
from cityos_dsl.expr.cel.inference import Inference
from cityos_dsl.expr.cel.library import DECLARED
from cityos_dsl.expr.cel.names import qualified
from cityos_dsl.expr.cel.overloads import Overload
from cityos_dsl.expr.cel.types import CelType
from cityos_dsl.expr.errors import ExprError

_LITERALS = {"null": t.NULL, "bytes": t.BYTES}


@dataclass(frozen=True)
class Checked:
    """What the checker found; `type` is dyn where there are errors."""

    type: CelType
    errors: tuple[ExprError, ...]


def check(expr: Expr, variables: Mapping[str, CelType] | None = None) -> Checked:
    """The type of the expression over the variables, whose names may be dotted."""
    checker = Checker(dict(variables or {}))
    found = checker.type_of(expr)
    return Checked(checker.inference.resolve(found, open_is_dyn=True), tuple(checker.errors))


class Checker:
    """One run of the checker over one expression."""

    def __init__(self, variables: dict[str, CelType]) -> None:
        self.variables = variables
        self.local: dict[str, CelType] = {}
        self.inference = Inference()
        self.errors: list[ExprError] = []

    def wrong(self, node: Expr, code: str, message: str) -> CelType:
        """One finding, and a type that causes no further ones."""
        self.errors.append(ExprError(code, message, node.start, node.end))
        return t.DYN

    def show(self, type: CelType) -> str:
        """The type with what is known of it."""
        return str(self.inference.resolve(type))

    def type_of(self, node: Expr) -> CelType:
        """The node's type."""
        match node:
            case Literal():
                return _LITERALS.get(node.kind) or CelType(node.kind)
            case Name() | Select(optional=False):
                return self._path(node)
            case Select():
                return t.optional_of(self._field(node, self.type_of(node.operand), node.field))
            case Has():
                self._field(node, self.type_of(node.operand), node.field)
                return t.BOOL
            case Index():
                return self._call(node, "_[?_]" if node.optional else "_[_]", False, (node.operand, node.index))
            case Call():
                return self._call(node, node.function, False, node.args)
            case Method():
                return self._call(node, node.name, True, (node.operand, *node.args))
            case Macro():
                return self._macro(node)
            case Unary():
                return self._call(node, f"{node.op}_", False, (node.operand,))
            case Binary():
                name = "in" if node.op == "in" else f"_{node.op}_"
                return self._call(node, name, False, (node.left, node.right))
            case Conditional():
                return self._call(node, "_?_:_", False, (node.test, node.then, node.otherwise))
            case ListOf():
                return t.list_of(self._joined([(item, at in node.optional) for at, item in enumerate(node.items)]))
            case MapOf():
                return self._map(node)
            case RecordOf():
                return self.wrong(node, "EXPR020", f"there is no message `{node.type_name}`")

    def _path(self, node: Name | Select) -> CelType:
        for name in qualified(node, self.local).candidates:
            if name in self.variables:
                return self.variables[name]
            if name in t.NAMES:
                return t.type_of(_named(t.NAMES[name], self.inference))
        if isinstance(node, Select):
            operand = self.type_of(node.operand)
            resolved = self.inference.resolve(operand)
            field = self._field(node, operand, node.field)
            return t.optional_of(field) if resolved.name == "optional_type" else field
        if node.name in self.local:
            return self.local[node.name]
        return self.wrong(node, "EXPR010", f"unknown name `{node.name}`")

    def _field(self, node: Expr, operand: CelType, field: str) -> CelType:
        """What the field holds, without the optional around it."""
        owner = self.inference.resolve(operand)
        while owner.name == "optional_type":
            owner = owner.params[0]
        if owner.name == "map":
            return owner.params[1]
        if owner.is_variable:
            self.inference.assignable((t.DYN, owner))
            return t.DYN
        if owner == t.DYN:
            return t.DYN
        return self.wrong(node, "EXPR011", f"a {self.show(operand)} has no fields, so no `{field}`")

    def _call(self, node: Expr, name: str, is_method: bool, args: tuple[Expr, ...]) -> CelType:
        given = [self.type_of(arg) for arg in args]
        overloads = DECLARED.get((name, is_method))
        if overloads is None:
            return self.wrong(node, "EXPR015", f"there is no {'method' if is_method else 'function'} `{name}`")
        if name in MANY and not _are_numbers(args):
            return self.wrong(node, "EXPR016", f"`{name}` takes numbers, or one list of them that is not empty")
        if name in MANY and len(given) > 2:
            items: CelType | None = None
            for each in given:
                items = self.inference.join(items, each)
            given = [t.list_of(items or t.DYN)]
        found = self._resolve(overloads, given)
        if found is None:
            shown = ", ".join(map(self.show, given))
            return self.wrong(node, "EXPR016", f"`{name}` does not take ({shown})")
        return found

    def _resolve(self, overloads: tuple[Overload, ...], given: list[CelType]) -> CelType | None:
        """The result of the overload that fits; dyn where several fit that give different types."""
        result: CelType | None = None
        for each in overloads:
            if len(each.params) != len(given):
                continue
            gives, *params = self.inference.instance(each.result, *each.params)
            if not self.inference.assignable(*zip(given, params, strict=True)):
                continue
            gives = self.inference.resolve(gives)
            if result is None:
                result = gives
            elif result not in (t.DYN, gives):
                result = t.DYN
        return result

    def _joined(self, parts: list[tuple[Expr, bool]]) -> CelType:
        """The one type of the parts; a part after `?` is an optional."""
        joined: CelType | None = None
        for part, is_optional in parts:
            found = self.type_of(part)
            joined = self.inference.join(joined, self._unwrapped(part, found) if is_optional else found)
        return joined or self.inference.fresh()

    def _first(self, parts: list[tuple[Expr, bool]]) -> CelType:
        """The type of the first part, as the reference has it for a map's values; dyn where another does not fit."""
        first: CelType | None = None
        for part, is_optional in parts:
            found = self.type_of(part)
            found = self._unwrapped(part, found) if is_optional else found
            if first is None:
                first = found
            elif not self.inference.assignable((found, first)):
                first = t.DYN
        return first or self.inference.fresh()

    def _unwrapped(self, node: Expr, type: CelType) -> CelType:
        resolved = self.inference.resolve(type)
        if resolved.name == "optional_type":
            return resolved.params[0]
        return self.wrong(node, "EXPR013", f"what follows `?` is an optional, not a {self.show(type)}")

    def _map(self, node: MapOf) -> CelType:
        key = self._joined([(key, False) for key, _ in node.entries])
        value = self._first([(value, at in node.optional) for at, (_, value) in enumerate(node.entries)])
        return t.map_of(key, value)

    def _macro(self, node: Macro) -> CelType:
        return check_macro(self, node)

    def bound(self, node: Macro, types: tuple[CelType, ...]) -> list[CelType]:
        """The types of a macro's bodies, where its variables have these types."""
        before = self.local
        self.local = {**before, **dict(zip(node.variables, types, strict=True))}
        found = [self.type_of(arg) for arg in node.args]
        self.local = before
        return found


def _are_numbers(args: tuple[Expr, ...]) -> bool:
    """Whether what is written out for `math.least` and its like is a number, as CEL's macro asks for."""
    if len(args) == 1 and isinstance(args[0], ListOf):
        return bool(args[0].items) and all(map(_may_be_number, args[0].items))
    return all(map(_may_be_number, args))


def _may_be_number(node: Expr) -> bool:
    return node.kind in ("int", "uint", "double") if isinstance(node, Literal) else not isinstance(node, ListOf | MapOf)


def _named(name: str, inference: Inference) -> CelType:
    """The type that a type's name stands for: `list` is a list of anything."""
    params = {"list": 1, "optional_type": 1, "map": 2, "type": 0}.get(name, 0)
    return CelType(name, tuple(t.DYN for _ in range(params)))


MANY = frozenset({"math.least", "math.greatest"})
"""Functions of any number of arguments, which are a list where there are more than two."""
