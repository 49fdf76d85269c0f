"""What the parts of the checker share: findings, types of nodes, and the names nearest to a wrong one."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Any, TypeAlias

from cityos_dsl.expr.ast import Call, Expr, Literal, path_of
from cityos_dsl.expr.errors import ExprError
from cityos_dsl.expr.scope import Scope
from cityos_dsl.expr.types import (
    ANY,
    DECIMAL,
    DOUBLE,
    DURATION,
    INT,
    NULL,
    OptionalType,
    Type,
    assignable,
    show,
    without_null,
)

NOTHING: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Typed:
    """A checked node, resolved; `when_true` and `when_false` are paths then known not to be null."""

    node: Expr
    type: Type
    when_true: frozenset[str] = NOTHING
    when_false: frozenset[str] = NOTHING


Handler: TypeAlias = Callable[["Checking", Any, Scope, Type | None], Typed]


class Checking:
    """One run of the checker over one expression."""

    def __init__(self, handlers: dict[type, Handler]) -> None:
        self.handlers = handlers
        self.errors: list[ExprError] = []
        self.types: dict[int, Type] = {}
        self.kept: list[Expr] = []

    def infer(self, node: Expr, scope: Scope, hint: Type | None = None) -> Typed:
        """The node's type; `hint` is what its place expects, which types bare words and literals."""
        typed = self.handlers[type(node)](self, node, scope, hint)
        self.types[id(node)] = self.types[id(typed.node)] = typed.type
        self.kept.extend((node, typed.node))  # an id is only good while its node lives
        return typed

    def again(self, node: Expr, scope: Scope, hint: Type | None, mark: int) -> Typed:
        """The node once more with a better hint; the findings since `mark` are dropped."""
        del self.errors[mark:]
        return self.infer(node, scope, hint)

    def expect(self, node: Expr, scope: Scope, wanted: Type, what: str) -> Typed:
        """The node where `wanted` is needed; `what` says where, for the message."""
        return self.fit(self.infer(node, scope, wanted), scope, wanted, what)

    def fit(self, typed: Typed, scope: Scope, wanted: Type, what: str) -> Typed:
        """The typed node made to fit, or a finding."""
        if not assignable(typed.type, wanted):
            if assignable(without_null(typed.type), wanted) and typed.type != NULL:
                self.missing(typed.node, scope, typed.type)
            else:
                self._misfit(typed, wanted, what)
            return Typed(typed.node, wanted)
        return self._convert(typed, without_null(wanted))

    def _misfit(self, typed: Typed, wanted: Type, what: str) -> None:
        if without_null(typed.type) == DOUBLE and without_null(wanted) == DECIMAL:
            self.report("EXPR018", f"{what} is decimal; a double cannot become exact money", typed.node)
            return
        message = f"{what} is {show(wanted)}, but this is {show(typed.type)}"
        self.report("EXPR013", message, typed.node, _unit_help(typed, wanted))

    def _convert(self, typed: Typed, wanted: Type) -> Typed:
        """Whole numbers where decimals or doubles are wanted become such."""
        if typed.type != INT or wanted not in (DECIMAL, DOUBLE):
            return typed
        name = "decimal" if wanted == DECIMAL else "double"
        node = Call(name, (typed.node,), start=typed.node.start, end=typed.node.end)
        self.types[id(node)] = wanted
        self.kept.append(node)
        return Typed(node, wanted)

    def present(self, typed: Typed, scope: Scope) -> Typed:
        """The typed node where a missing value is no use."""
        if isinstance(typed.type, OptionalType):
            self.missing(typed.node, scope, typed.type)
            return Typed(typed.node, typed.type.inner, typed.when_true, typed.when_false)
        return typed

    def missing(self, node: Expr, scope: Scope, type: Type) -> None:
        """A value that may be missing is used as if it were there."""
        path = path_of(node)
        shown = f"`{path}`" if path else f"this {show(type)}"
        reason = scope.missing.get(path or "", "") or scope.missing.get((path or "").split(".")[0], "")
        message = f"{shown} may be missing" + (f": {reason}" if reason else "")
        guard = f"`{path} != null && ...`, or `default({path}, ...)`" if path else "`.orValue(...)`"
        self.report("EXPR012", message, node, f"say what then: {guard}")

    def report(self, code: str, message: str, node: Expr, help: str | None = None) -> None:
        """One finding at the node."""
        self.errors.append(ExprError(code, message, node.start, node.end, help))

    def wrong(self, node: Expr, code: str, message: str, help: str | None = None) -> Typed:
        """A finding, and a type that causes no further ones."""
        self.report(code, message, node, help)
        return Typed(node, ANY)


def _unit_help(typed: Typed, wanted: Type) -> str | None:
    """What to do about a bare number where a duration belongs."""
    node = typed.node
    if without_null(wanted) != DURATION or not isinstance(node, Literal) or type(node.value) is not int:
        return None
    return f"a duration says its unit: {node.value}d, {node.value}h, {node.value}m or {node.value}s"


def nearest(name: str, candidates: Iterable[str]) -> str | None:
    """`did you mean ...`, if one of the candidates is near."""
    known = list(candidates)
    close = get_close_matches(name, known, n=1, cutoff=0.6)
    if not close:
        folded = {each.lower().replace("_", ""): each for each in known}
        close = [folded[key] for key in get_close_matches(name.lower().replace("_", ""), folded, n=1, cutoff=0.75)]
    return f"did you mean `{close[0]}`?" if close else None


def is_number_literal(node: Expr) -> bool:
    """Whether the node is a whole number or a floating point number written out."""
    return isinstance(node, Literal) and node.kind in ("int", "double")
