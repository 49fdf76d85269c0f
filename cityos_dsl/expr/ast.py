"""The syntax tree of an expression. Nodes compare by structure; positions do not count."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from typing import Literal as OneOf
from typing import TypeAlias

LiteralKind = OneOf["null", "bool", "int", "uint", "double", "decimal", "string", "bytes", "duration"]
LiteralValue: TypeAlias = bool | int | float | Decimal | str | bytes | timedelta | None


@dataclass(frozen=True, kw_only=True)
class Node:
    """Where a node stands: offsets into the expression's text."""

    start: int = field(default=0, compare=False)
    end: int = field(default=0, compare=False)


@dataclass(frozen=True)
class Literal(Node):
    """A value written out; `text` keeps the digits, from which a decimal is read."""

    value: LiteralValue
    kind: LiteralKind
    text: str = field(default="", compare=False)


@dataclass(frozen=True)
class Name(Node):
    """A free name or a macro's variable. `.name` is the free one where a variable hides it."""

    name: str


@dataclass(frozen=True)
class Select(Node):
    """`operand.field`, or `operand.?field`, which is null where the field is absent."""

    operand: Expr
    field: str
    optional: bool = False


@dataclass(frozen=True)
class Index(Node):
    """`operand[index]`, or `operand[?index]`, which is null where there is nothing."""

    operand: Expr
    index: Expr
    optional: bool = False


@dataclass(frozen=True)
class Has(Node):
    """`has(operand.field)`: the field is there and not null."""

    operand: Expr
    field: str


@dataclass(frozen=True)
class Call(Node):
    """`function(args)`; the name of a namespaced function keeps its dot, as in `math.least`."""

    function: str
    args: tuple[Expr, ...]


@dataclass(frozen=True)
class Method(Node):
    """`operand.name(args)`."""

    operand: Expr
    name: str
    args: tuple[Expr, ...]


@dataclass(frozen=True)
class Macro(Node):
    """`operand.name(variable, args)`, where the arguments are evaluated once for each element.

    With a `second` variable the first is an index or a key. `cel.bind(variable, operand, body)` is one too.
    """

    operand: Expr
    name: str
    variable: str
    args: tuple[Expr, ...]
    second: str = ""

    @property
    def variables(self) -> tuple[str, ...]:
        """The names that are bound in the arguments."""
        return (self.variable, self.second) if self.second else (self.variable,)


@dataclass(frozen=True)
class Unary(Node):
    """`!operand` or `-operand`."""

    op: str
    operand: Expr


@dataclass(frozen=True)
class Binary(Node):
    """Two operands and the operator between them."""

    op: str
    left: Expr
    right: Expr


@dataclass(frozen=True)
class Conditional(Node):
    """`test ? then : otherwise`."""

    test: Expr
    then: Expr
    otherwise: Expr


@dataclass(frozen=True)
class ListOf(Node):
    """`[a, ?b]`; `optional` says by position which items are left out where they are not there."""

    items: tuple[Expr, ...]
    optional: frozenset[int] = frozenset()


@dataclass(frozen=True)
class MapOf(Node):
    """`{key: value, ?key: value}`; `optional` as with lists."""

    entries: tuple[tuple[Expr, Expr], ...]
    optional: frozenset[int] = frozenset()


@dataclass(frozen=True)
class RecordOf(Node):
    """`Type{field: value}`."""

    type_name: str
    fields: tuple[tuple[str, Expr], ...]


Expr: TypeAlias = (
    Literal
    | Name
    | Select
    | Index
    | Has
    | Call
    | Method
    | Macro
    | Unary
    | Binary
    | Conditional
    | ListOf
    | MapOf
    | RecordOf
)

MACROS: dict[str, tuple[int, ...]] = {
    "all": (1,),
    "exists": (1,),
    "exists_one": (1,),
    "existsOne": (1,),
    "filter": (1,),
    "map": (1, 2),
    "sortBy": (1,),
    "optMap": (1,),
    "optFlatMap": (1,),
    "sum": (1,),
    "max_by": (1,),
    "min_by": (1,),
}
"""Methods whose first argument is a variable, with how many expressions may follow it."""

TWO_VARIABLE_MACROS: dict[str, tuple[int, ...]] = {
    "all": (1,),
    "exists": (1,),
    "exists_one": (1,),
    "existsOne": (1,),
    "transformList": (1, 2),
    "transformMap": (1, 2),
    "transformMapEntry": (1, 2),
}
"""Methods whose first two arguments are variables, an index or key and a value."""

NAMESPACES = frozenset({"math"})
"""Names that only stand before a dot and a function."""

QUALIFIED = frozenset({
    "base64.decode",
    "base64.encode",
    "cel.bind",
    "lists.range",
    "optional.none",
    "optional.of",
    "optional.ofNonZeroValue",
    "strings.quote",
})  # fmt: skip
"""Functions whose name has a dot, where a variable of the first name may stand before other methods."""


def children(node: Expr) -> Iterator[Expr]:
    """The node's direct parts, from left to right."""
    match node:
        case Select() | Has() | Unary():
            yield node.operand
        case Index():
            yield from (node.operand, node.index)
        case Call():
            yield from node.args
        case Method() | Macro():
            yield node.operand
            yield from node.args
        case Binary():
            yield from (node.left, node.right)
        case Conditional():
            yield from (node.test, node.then, node.otherwise)
        case ListOf():
            yield from node.items
        case MapOf():
            for key, value in node.entries:
                yield from (key, value)
        case RecordOf():
            yield from (value for _, value in node.fields)


def path_of(node: Expr) -> str | None:
    """The dotted path of a name or of a chain of selections from one, else None."""
    if isinstance(node, Name):
        return node.name
    if isinstance(node, Select):
        operand = path_of(node.operand)
        return None if operand is None else f"{operand}.{node.field}"
    return None


def is_optional_chain(node: Expr) -> bool:
    """Whether the node continues from a `.?` or `[?`, where a missing value stays missing."""
    while isinstance(node, Select | Index):
        if node.optional:
            return True
        node = node.operand
    return False
