"""Checking calls of functions, methods and macros against the table of signatures."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from cityos_dsl.expr.ast import MACROS, Call, Expr, Macro, Method, Name, Select
from cityos_dsl.expr.checking import Checking, Typed, nearest
from cityos_dsl.expr.profile import not_in_specs
from cityos_dsl.expr.scope import Scope
from cityos_dsl.expr.signatures import FUNCTIONS, METHODS, Function, Overload, T
from cityos_dsl.expr.types import (
    ANY,
    BOOL,
    DECIMAL,
    DOUBLE,
    NULL,
    NUMBERS,
    ORDERED,
    STRING,
    EnumType,
    ListType,
    MapType,
    OptionalType,
    Type,
    assignable,
    join,
    optional,
    show,
    without_null,
)


@dataclass
class _Candidate:
    """An overload that still fits, and what its T stands for."""

    overload: Overload
    bound: Type | None = None
    converted: int = field(default=0)

    def param(self, index: int) -> Type:
        params = self.overload.params
        return params[min(index, len(params) - 1)]

    def fill(self, type: Type) -> Type | None:
        """The type with T filled in, or None while T is open."""
        match type:
            case ListType():
                item = self.fill(type.item)
                return None if item is None else ListType(item)
            case MapType():
                value = self.fill(type.value)
                return None if value is None else MapType(value)
            case OptionalType():
                inner = self.fill(type.inner)
                return None if inner is None else optional(inner)
        return self.bound if type == T else type

    def takes(self, param: Type, arg: Type) -> bool:
        """Whether the argument fits; binds T."""
        if param == T:
            if isinstance(arg, OptionalType) or arg == NULL:
                return False
            joined = arg if self.bound is None else join(self.bound, arg)
            self.bound = joined or self.bound
            return joined is not None
        if isinstance(param, OptionalType):
            return arg == NULL or self.takes(param.inner, without_null(arg))
        if arg == ANY and isinstance(param, ListType | MapType):
            self.bound = self.bound or ANY
            return True
        if isinstance(param, ListType) and isinstance(arg, ListType):
            return self.takes(param.item, arg.item)
        if isinstance(param, MapType) and isinstance(arg, MapType):
            return self.takes(param.value, arg.value)
        return assignable(arg, param)


def check_call(checking: Checking, node: Call, scope: Scope, hint: Type | None) -> Typed:
    """A function of the table."""
    function = FUNCTIONS.get(node.function)
    if function is None:
        for arg in node.args:
            checking.infer(arg, scope)
        if (refused := not_in_specs(node)) is not None:
            return checking.wrong(node, "EXPR021", *refused)
        return checking.wrong(node, "EXPR015", f"there is no function `{node.function}`", _function_help(node.function))
    typed_args, type = _arguments(checking, node, function, node.args, scope, hint)
    args = tuple(arg.node for arg in typed_args)
    if node.function == "at" and len(args) == 2:
        args = (*args, _tenant_zone(checking, node, scope))
    return Typed(replace(node, args=args), type)


def _function_help(name: str) -> str | None:
    if name in METHODS or name in MACROS:
        return f"it stands after a dot: `x.{name}(...)`"
    shorts = {each.split(".")[-1]: each for each in FUNCTIONS}
    return f"did you mean `{shorts[name]}`?" if name in shorts else nearest(name, FUNCTIONS)


def _tenant_zone(checking: Checking, node: Call, scope: Scope) -> Expr:
    """`at(date, time)` is meant in the tenant's time zone."""
    zone = Select(Name("tenant", start=node.start, end=node.end), "timezone", start=node.start, end=node.end)
    if "tenant" not in scope.names:
        checking.report("EXPR016", "`at` needs a time zone here, where there is no tenant", node)
        return zone
    return checking.expect(zone, scope, STRING, "the time zone").node


def check_method(checking: Checking, node: Method, scope: Scope, hint: Type | None) -> Typed:
    """A method of the table."""
    function = METHODS.get(node.name)
    if function is None:
        for part in (node.operand, *node.args):
            checking.infer(part, scope)
        if (refused := not_in_specs(node)) is not None:
            return checking.wrong(node, "EXPR021", *refused)
        if node.name in MACROS:
            usage = f"write `x.{node.name}(each, ...)`"
            return checking.wrong(node, "EXPR016", f"`{node.name}` takes a name and an expression", usage)
        alone = f"it stands alone: `{node.name}(...)`" if node.name in FUNCTIONS else None
        help = alone or nearest(node.name, METHODS)
        return checking.wrong(node, "EXPR015", f"there is no method `{node.name}`", help)
    parts, type = _arguments(checking, node, function, (node.operand, *node.args), scope, hint)
    return Typed(replace(node, operand=parts[0].node, args=tuple(part.node for part in parts[1:])), type)


def _arguments(
    checking: Checking,
    node: Call | Method,
    function: Function,
    args: tuple[Expr, ...],
    scope: Scope,
    hint: Type | None,
) -> tuple[list[Typed], Type]:
    candidates = [_Candidate(each) for each in function.overloads if _arity_fits(each, len(args))]
    if not candidates:
        _wrong_count(checking, node, function, len(args))
        return [checking.infer(arg, scope) for arg in args], function.overloads[0].result
    mark = len(checking.errors)
    typed = _match(checking, function, candidates, args, scope, hint)
    decimals = any(checking.types.get(id(arg)) == DECIMAL for arg in args)
    inexact = typed is not None and hint == DECIMAL and _result(candidates, typed) == DOUBLE
    if (typed is None and decimals) or (inexact and function.name != "double"):
        candidates = [_Candidate(each) for each in function.overloads if _arity_fits(each, len(args))]
        del checking.errors[mark:]
        typed = _match(checking, function, candidates, args, scope, hint, exact=True)
    if typed is None:
        del checking.errors[mark:]
        found = [checking.infer(arg, scope) for arg in args]
        _wrong_types(checking, node, function, found)
        return found, ANY if len({each.result for each in function.overloads}) > 1 else _plain(function)
    return typed, _result(candidates, typed)


def _plain(function: Function) -> Type:
    return _Candidate(function.overloads[0], ANY).fill(function.overloads[0].result) or ANY


def _arity_fits(overload: Overload, count: int) -> bool:
    return count >= 1 if overload.varargs else count == len(overload.params)


def _match(
    checking: Checking,
    function: Function,
    candidates: list[_Candidate],
    args: tuple[Expr, ...],
    scope: Scope,
    hint: Type | None,
    exact: bool = False,
) -> list[Typed] | None:
    """The arguments, with `candidates` reduced to the overloads that take them all."""
    typed: list[Typed] = []
    for index, arg in enumerate(args):
        wanted = DECIMAL if exact or function.name == "decimal" else _hint(candidates, index)
        if wanted is None and function.name in ("default", "orValue"):
            wanted = hint
        one = checking.infer(arg, scope, wanted)
        fitting = [each for each in candidates if each.takes(each.param(index), one.type)]
        if not fitting and isinstance(one.type, OptionalType):
            inner = one.type.inner
            fitting = [each for each in candidates if each.takes(each.param(index), inner)]
            if fitting:
                one = checking.present(one, scope)
        if not fitting:
            return None
        candidates[:] = fitting
        typed.append(one)
    return typed


def _hint(candidates: list[_Candidate], index: int) -> Type | None:
    params = {each.fill(each.param(index)) for each in candidates}
    if len(params) == 1:
        return params.pop()
    inner = {without_null(param) if param else None for param in params}
    return inner.pop() if len(inner) == 1 else None


def _result(candidates: list[_Candidate], args: list[Typed]) -> Type:
    results = {each.fill(each.overload.result) or ANY for each in candidates}
    if len(results) > 1 and any(arg.type in (ANY, ListType(ANY)) for arg in args):
        return ANY
    return candidates[0].fill(candidates[0].overload.result) or ANY


def _wrong_count(checking: Checking, node: Call | Method, function: Function, count: int) -> None:
    hidden = isinstance(node, Method)
    counts = " or ".join(str(arity - hidden) for arity in function.arities)
    checking.report("EXPR016", f"`{function.name}` takes {counts} arguments, not {count - hidden}", node)


def _wrong_types(checking: Checking, node: Call | Method, function: Function, args: list[Typed]) -> None:
    if any(arg.type == ANY for arg in args) and checking.errors:
        return
    types = [without_null(arg.type) for arg in args]
    if DOUBLE in types and any(each.params[0] == DECIMAL for each in function.overloads):
        checking.report("EXPR018", f"`{function.name}` takes exact decimals, never a double", node)
        return
    given = ", ".join(show(arg.type) for arg in args)
    ways = [", ".join(_show_param(p) for p in each.params) for each in function.overloads]
    help = f"it takes {' or '.join(ways[:4])}"
    checking.report("EXPR016", f"`{function.name}` does not take {given}", node, help)


def _show_param(type: Type) -> str:
    return show(type).replace("T", "any") if not isinstance(type, EnumType) else show(type)


def check_macro(checking: Checking, node: Macro, scope: Scope, hint: Type | None) -> Typed:
    """A method whose arguments are evaluated for each element."""
    refused = not_in_specs(node)
    if refused is not None:
        return checking.wrong(node, "EXPR021", *refused)
    passes = hint if node.name in ("filter", "sortBy") else None
    operand = checking.present(checking.infer(node.operand, scope, passes), scope)
    element = _element(checking, node, operand.type)
    inner = scope.binding(node.variable, element)
    first = _body(checking, node, node.args[0], inner, _body_hint(node, hint))
    bodies = [first]
    if len(node.args) == 2:
        item = hint.item if isinstance(hint, ListType) else None
        bodies.append(checking.infer(node.args[1], inner.knowing(first.when_true), item))
    result = replace(node, operand=operand.node, args=tuple(body.node for body in bodies))
    return Typed(result, _macro_type(node.name, element, bodies[-1].type))


def _element(checking: Checking, node: Macro, operand: Type) -> Type:
    if isinstance(operand, ListType):
        return operand.item
    if isinstance(operand, MapType):
        return STRING
    if operand != ANY:
        checking.report("EXPR013", f"`{node.name}` goes through a list; this is {show(operand)}", node.operand)
    return ANY


def _is_condition(node: Macro) -> bool:
    return node.name in ("all", "exists", "exists_one", "filter") or len(node.args) == 2


def _body_hint(node: Macro, hint: Type | None) -> Type | None:
    if node.name == "sum":
        return hint
    wanted = without_null(hint) if hint else None
    return wanted.item if node.name == "map" and isinstance(wanted, ListType) else None


def _body(checking: Checking, node: Macro, arg: Expr, scope: Scope, hint: Type | None) -> Typed:
    if _is_condition(node):
        return checking.expect(arg, scope, BOOL, f"the condition of `{node.name}`")
    body = checking.infer(arg, scope, hint)
    if node.name == "map":
        return body
    body = checking.present(body, scope)
    allowed = NUMBERS if node.name == "sum" else ORDERED
    if body.type not in allowed and body.type != ANY and not (node.name != "sum" and isinstance(body.type, EnumType)):
        what = "adds up numbers" if node.name == "sum" else "needs something that has an order"
        checking.report("EXPR013", f"`{node.name}` {what}; this is {show(body.type)}", arg)
    return body


def _macro_type(name: str, element: Type, body: Type) -> Type:
    if name in ("all", "exists", "exists_one"):
        return BOOL
    if name in ("filter", "sortBy"):
        return ListType(element)
    if name == "map":
        return ListType(body)
    return body if name == "sum" else optional(element)
