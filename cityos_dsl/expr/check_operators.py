"""Checking operators: which types they take, and what a condition makes known."""

from __future__ import annotations

from dataclasses import replace

from cityos_dsl.expr.ast import Binary, Conditional, Expr, ListOf, Literal, Name, Unary, path_of
from cityos_dsl.expr.checking import NOTHING, Checking, Typed
from cityos_dsl.expr.scope import Scope
from cityos_dsl.expr.types import (
    ANY,
    BOOL,
    BYTES,
    DATE,
    DECIMAL,
    DOUBLE,
    DURATION,
    INT,
    NULL,
    NUMBERS,
    ORDERED,
    STRING,
    TIMESTAMP,
    EnumType,
    ListType,
    MapType,
    OptionalType,
    Type,
    assignable,
    join,
    show,
    without_null,
)

_NUMERIC: dict[tuple[Type, Type], Type] = {
    (INT, INT): INT,
    (DOUBLE, DOUBLE): DOUBLE,
    (DECIMAL, DECIMAL): DECIMAL,
    (DECIMAL, INT): DECIMAL,
    (INT, DECIMAL): DECIMAL,
}
_RESULTS: dict[str, dict[tuple[Type, Type], Type]] = {
    "+": _NUMERIC
    | {
        (STRING, STRING): STRING,
        (BYTES, BYTES): BYTES,
        (DURATION, DURATION): DURATION,
        (TIMESTAMP, DURATION): TIMESTAMP,
        (DURATION, TIMESTAMP): TIMESTAMP,
        (DATE, DURATION): DATE,
        (DURATION, DATE): DATE,
    },
    "-": _NUMERIC
    | {
        (DURATION, DURATION): DURATION,
        (TIMESTAMP, DURATION): TIMESTAMP,
        (TIMESTAMP, TIMESTAMP): DURATION,
        (DATE, DURATION): DATE,
        (DATE, DATE): DURATION,
    },
    "*": _NUMERIC | {(DURATION, INT): DURATION, (INT, DURATION): DURATION},
    "/": _NUMERIC,
    "%": {(INT, INT): INT},
}


def check_unary(checking: Checking, node: Unary, scope: Scope, hint: Type | None) -> Typed:
    """`!` of a condition, `-` of a number or a duration."""
    if node.op == "!":
        operand = checking.expect(node.operand, scope, BOOL, "what `!` negates")
        return Typed(replace(node, operand=operand.node), BOOL, operand.when_false, operand.when_true)
    operand = checking.present(checking.infer(node.operand, scope, hint), scope)
    if operand.type not in (*NUMBERS, DURATION, ANY):
        return checking.wrong(node, "EXPR013", f"`-` does not take a {show(operand.type)}")
    return Typed(replace(node, operand=operand.node), operand.type)


def check_conditional(checking: Checking, node: Conditional, scope: Scope, hint: Type | None) -> Typed:
    """Both branches have one type; each knows what the test makes known."""
    test = checking.expect(node.test, scope, BOOL, "the condition before `?`")
    then = checking.infer(node.then, scope.knowing(test.when_true), hint)
    otherwise = checking.infer(node.otherwise, scope.knowing(test.when_false), hint)
    then, otherwise = _same_exactness(checking, node.then, node.otherwise, then, otherwise, scope, test)
    result = replace(node, test=test.node, then=then.node, otherwise=otherwise.node)
    type = join(then.type, otherwise.type)
    if type is None:
        message = f"the two branches differ: {show(then.type)} and {show(otherwise.type)}"
        return checking.wrong(node, "EXPR013", message)
    return Typed(result, type)


def _same_exactness(
    checking: Checking, then: Expr, otherwise: Expr, left: Typed, right: Typed, scope: Scope, test: Typed
) -> tuple[Typed, Typed]:
    """A double literal in one branch is a decimal where the other branch is one; enumerations likewise."""
    for own, other in ((left.type, right.type), (right.type, left.type)):
        decimal = without_null(own) == DECIMAL and without_null(other) == DOUBLE
        if not decimal:
            continue
        if own is left.type:
            right = checking.infer(otherwise, scope.knowing(test.when_false), DECIMAL)
        else:
            left = checking.infer(then, scope.knowing(test.when_true), DECIMAL)
    return left, right


def check_binary(checking: Checking, node: Binary, scope: Scope, hint: Type | None) -> Typed:
    """Every operator between two operands."""
    if node.op in ("&&", "||"):
        return _check_logic(checking, node, scope)
    if node.op in ("==", "!="):
        return _check_equality(checking, node, scope)
    if node.op == "in":
        return _check_in(checking, node, scope)
    if node.op in _RESULTS:
        return _check_arithmetic(checking, node, scope, hint)
    return _check_order(checking, node, scope)


def _check_logic(checking: Checking, node: Binary, scope: Scope) -> Typed:
    left = checking.expect(node.left, scope, BOOL, f"what stands before `{node.op}`")
    passed = left.when_true if node.op == "&&" else left.when_false
    right = checking.expect(node.right, scope.knowing(passed), BOOL, f"what stands after `{node.op}`")
    result = replace(node, left=left.node, right=right.node)
    if node.op == "&&":
        return Typed(result, BOOL, left.when_true | right.when_true, left.when_false & right.when_false)
    return Typed(result, BOOL, left.when_true & right.when_true, left.when_false | right.when_false)


def _both(checking: Checking, node: Binary, scope: Scope) -> tuple[Typed, Typed]:
    """Both operands, where each may give the other's bare word or literal its type."""
    bare = isinstance(node.left, Name) and node.left.name not in scope.names
    first, second = (node.right, node.left) if bare else (node.left, node.right)
    mark = len(checking.errors)
    one = checking.infer(first, scope)
    hint = without_null(one.type)
    other = checking.infer(second, scope, hint if isinstance(hint, EnumType) or hint in (DECIMAL, DOUBLE) else None)
    back = without_null(other.type)
    if hint != back and (isinstance(back, EnumType) or (back == DECIMAL and hint == DOUBLE)):
        one = checking.again(first, scope, back, mark)
        other = checking.infer(second, scope, back)
    return (other, one) if bare else (one, other)


def _check_equality(checking: Checking, node: Binary, scope: Scope) -> Typed:
    left, right = _both(checking, node, scope)
    result = replace(node, left=left.node, right=right.node)
    one, other = without_null(left.type), without_null(right.type)
    if {one, other} == {DECIMAL, DOUBLE}:
        return _mixed(checking, node)
    if not _comparable(one, other):
        message = f"`{node.op}` compares {show(left.type)} with {show(right.type)}, which are never equal"
        return checking.wrong(node, "EXPR013", message)
    known = _present_paths(node.left, left, right) | _present_paths(node.right, right, left)
    if right.type == NULL or left.type == NULL:
        is_equal, differs = NOTHING, known
    else:
        is_equal, differs = known, NOTHING
    if node.op == "==":
        return Typed(result, BOOL, is_equal, differs)
    return Typed(result, BOOL, differs, is_equal)


def _comparable(one: Type, other: Type) -> bool:
    if isinstance(one, EnumType) and isinstance(other, EnumType):
        return bool(set(one.members) & set(other.members))
    return NULL in (one, other) or {one, other} <= NUMBERS or join(one, other) is not None


def _present_paths(node: Expr, own: Typed, other: Typed) -> frozenset[str]:
    """The paths that are not null if the operand is not (beside null) or is equal (beside something)."""
    path = path_of(node)
    if path is None or isinstance(other.type, OptionalType) or other.type == ANY:
        return NOTHING
    parts = path.split(".")
    return frozenset(".".join(parts[: count + 1]) for count in range(len(parts)))


def _check_in(checking: Checking, node: Binary, scope: Scope) -> Typed:
    if isinstance(node.right, ListOf) and not (isinstance(node.left, Name) and node.left.name not in scope.names):
        left = checking.infer(node.left, scope)
        enum = without_null(left.type)
        hint = ListType(enum) if isinstance(enum, EnumType) or enum == DECIMAL else None
        right = checking.infer(node.right, scope, hint)
    else:
        right = checking.present(checking.infer(node.right, scope), scope)
        left = checking.infer(node.left, scope, right.type.item if isinstance(right.type, ListType) else None)
    result = replace(node, left=left.node, right=right.node)
    if isinstance(right.type, ListType):
        member: Type = right.type.item
    elif isinstance(right.type, MapType):
        member = STRING
    elif right.type == ANY:
        member = ANY
    else:
        return checking.wrong(node, "EXPR013", f"`in` looks into lists and maps; this is {show(right.type)}")
    if not _comparable(without_null(left.type), without_null(member)):
        return checking.wrong(node, "EXPR013", f"a {show(left.type)} is never in {show(right.type)}")
    known = _present_paths(node.left, left, Typed(node, member))
    return Typed(result, BOOL, when_true=known)


def _check_order(checking: Checking, node: Binary, scope: Scope) -> Typed:
    left, right = _both(checking, node, scope)
    left, right = checking.present(left, scope), checking.present(right, scope)
    result = replace(node, left=left.node, right=right.node)
    types = {left.type, right.type}
    if types == {DECIMAL, DOUBLE}:
        return _mixed(checking, node)
    if ANY in types or types <= NUMBERS or (left.type == right.type and left.type in ORDERED):
        return Typed(result, BOOL)
    if all(assignable(type, STRING) for type in types) and not any(isinstance(t, EnumType) for t in types):
        return Typed(result, BOOL)
    message = f"`{node.op}` cannot order {show(left.type)} and {show(right.type)}"
    return checking.wrong(node, "EXPR013", message)


def _mixed(checking: Checking, node: Binary) -> Typed:
    help = "give the double's field the type decimal"
    return checking.wrong(node, "EXPR018", f"`{node.op}` never mixes decimal with double", help)


def _check_arithmetic(checking: Checking, node: Binary, scope: Scope, hint: Type | None) -> Typed:
    mark = len(checking.errors)
    wanted = without_null(hint) if hint else None
    passed = hint if isinstance(wanted, ListType) else None
    left, right = checking.infer(node.left, scope, passed), checking.infer(node.right, scope, passed)
    exact = _exactness(node, without_null(left.type), without_null(right.type), wanted)
    if exact is not None:
        del checking.errors[mark:]
        left = _with_exactness(checking, node.left, scope, exact, left)
        right = _with_exactness(checking, node.right, scope, exact, right)
    left, right = checking.present(left, scope), checking.present(right, scope)
    result = replace(node, left=left.node, right=right.node)
    if ANY in (left.type, right.type):
        return Typed(result, _any_result(left.type, right.type))
    if {left.type, right.type} == {DECIMAL, DOUBLE}:
        return _mixed(checking, node)
    types = (_as_text(left.type), _as_text(right.type)) if scope.json else (left.type, right.type)
    type = _RESULTS[node.op].get(types) or _joined_lists(node.op, *types)
    if type is None:
        message = f"`{node.op}` does not take {show(left.type)} and {show(right.type)}"
        return checking.wrong(node, "EXPR013", message, _arithmetic_help(left.type, right.type))
    return Typed(result, type)


def _as_text(type: Type) -> Type:
    return STRING if isinstance(type, EnumType) else type


def _any_result(left: Type, right: Type) -> Type:
    return DECIMAL if DECIMAL in (left, right) else ANY


def _exactness(node: Binary, left: Type, right: Type, wanted: Type | None) -> Type | None:
    """Which kind of number the literals on both sides should be read as, if not the plain one."""
    types = {left, right}
    if node.op == "%":
        return None
    if types == {DECIMAL, INT}:
        return DECIMAL if _divides(node.left if left == INT else node.right) else None
    if types == {DECIMAL, DOUBLE}:
        return DECIMAL
    if types == {INT, DOUBLE}:
        return DECIMAL if wanted == DECIMAL else DOUBLE
    return DECIMAL if wanted == DECIMAL and types <= {INT, DOUBLE} else None


def _divides(node: Expr) -> bool:
    """Whether whole numbers are divided here: beside money that must not cut off what is behind the point."""
    if isinstance(node, Unary):
        return _divides(node.operand)
    return isinstance(node, Binary) and (node.op == "/" or _divides(node.left) or _divides(node.right))


def _with_exactness(checking: Checking, node: Expr, scope: Scope, exact: Type, before: Typed) -> Typed:
    """The operand read again; a whole number beside a decimal can stay as it is."""
    whole = before.type == INT and exact == DECIMAL and not isinstance(node, Literal) and not _divides(node)
    return checking.infer(node, scope, None if whole or before.type == DECIMAL else exact)


def _joined_lists(op: str, left: Type, right: Type) -> Type | None:
    if op != "+" or not (isinstance(left, ListType) and isinstance(right, ListType)):
        return None
    item = join(left.item, right.item)
    return None if item is None else ListType(item)


def _arithmetic_help(left: Type, right: Type) -> str | None:
    if {left, right} == {INT, DOUBLE}:
        return "convert the whole number with `double(x)`"
    if STRING in (left, right):
        return "convert with `string(x)`"
    if {left, right} == {TIMESTAMP, INT} or {left, right} == {DURATION, INT}:
        return "say the unit: `days(x)`, `hours(x)`, `minutes(x)`, `seconds(x)`"
    return None
