"""Checked expressions to Python, as a person would write it.

Emitted text uses `cel` (`cityos_dsl.expr.functions`), `Decimal`, `timedelta` and `workflow.now()`. It gives
what `evaluate` gives, with two differences that readability is worth: whole numbers are not limited to 64
bits, and `and` and `or` do not look past an error on their left.
"""

from __future__ import annotations

import keyword
import re
from collections.abc import Callable, Mapping
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
    is_optional_chain,
    path_of,
)
from cityos_dsl.expr.check import Checked
from cityos_dsl.expr.python_text import (
    ADD,
    AND,
    ANY_LEVEL,
    ATOM,
    COMPARE,
    MULTIPLY,
    NEGATE,
    NOT,
    OR,
    TERNARY,
    attribute,
    call,
    literal,
)
from cityos_dsl.expr.signatures import FUNCTIONS, METHODS, Function
from cityos_dsl.expr.types import (
    ANY,
    DECIMAL,
    DOUBLE,
    INT,
    NULL,
    STRING,
    EnumType,
    ListType,
    MapType,
    OptionalType,
    RecordType,
    Type,
    without_null,
)

PYTHON_IMPORTS: tuple[str, ...] = (
    "from datetime import timedelta",
    "from decimal import Decimal",
    "from temporalio import workflow",
    "from cityos_dsl.expr import functions as cel",
)
"""What an emitted text may need; a text that needs none of the words needs none of the imports."""

_RESERVED = frozenset({"cel", "Decimal", "timedelta", "datetime", "workflow", "self"}) | frozenset(
    {"len", "sum", "min", "max", "abs", "all", "any", "sorted", "list", "int", "float", "str"}
)
_DYNAMIC = {"+": "add", "-": "sub", "*": "mul", "/": "div", "%": "mod"}
_LEVELS = {"+": ADD, "-": ADD, "*": MULTIPLY, "/": MULTIPLY, "%": MULTIPLY}
_WORD = re.compile(r"[A-Za-z_]\w*")
_SLOT = re.compile(r"\{(\d)\}(\.?)")

Written = tuple[str, int]


def to_python(checked: Checked, names: Mapping[str, str]) -> str:
    """The expression in Python; `names` says what a free name, or a dotted path, is called there.

    Records are pydantic models, read by attribute; maps are dicts; enumeration members are strings. A record
    type's name is looked up in `names` too.
    """
    return _Writer(checked, names).text(checked.expr, ANY_LEVEL)


class _Writer:
    def __init__(self, checked: Checked, names: Mapping[str, str]) -> None:
        self.checked = checked
        self.names = dict(names)
        self.taken = _RESERVED | {word for text in names.values() for word in _WORD.findall(text)[:1]}

    def type_of(self, node: Expr) -> Type:
        return self.checked.type_of(node)

    def text(self, node: Expr, level: int = ANY_LEVEL) -> str:
        """The node's text, in parentheses where `level` holds tighter."""
        text, own = _WRITERS[type(node)](self, node)
        return f"({text})" if own < level else text

    def texts(self, nodes: tuple[Expr, ...]) -> list[str]:
        return [self.text(node) for node in nodes]

    def name(self, node: Name) -> Written:
        return self._root(node.name)

    def _root(self, name: str) -> Written:
        text = self.names.get(name, name)
        return text, ATOM if re.fullmatch(r"[\w.\[\]()\"']+", text) else ANY_LEVEL

    def select(self, node: Select) -> Written:
        path = path_of(node)
        if path in self.names and path is not None:
            return self._root(path)
        type = self.type_of(node.operand)
        lenient = node.optional or (is_optional_chain(node.operand) and isinstance(type, OptionalType))
        if lenient:
            return self._select_optional(node, type)
        if isinstance(type, RecordType):
            return f"{self.text(node.operand, ATOM)}.{attribute(node.field)}", ATOM
        if isinstance(type, MapType):
            return f'{self.text(node.operand, ATOM)}["{node.field}"]', ATOM
        return call("cel.select", self.text(node.operand), f'"{node.field}"')

    def _select_optional(self, node: Select, type: Type) -> Written:
        operand = self.text(node.operand, ATOM)
        if isinstance(type, MapType):
            return f'{operand}.get("{node.field}")', ATOM
        if isinstance(type, RecordType):
            return f"{operand}.{attribute(node.field)}", ATOM
        record = isinstance(type, OptionalType) and isinstance(type.inner, RecordType)
        if record and path_of(node.operand) is not None and not is_optional_chain(node.operand):
            return f"{operand}.{attribute(node.field)} if {operand} is not None else None", TERNARY
        field = attribute(node.field) if record else node.field
        return call("cel.get", self.text(node.operand), f'"{field}"')

    def index(self, node: Index) -> Written:
        type, index = self.type_of(node.operand), self.text(node.index)
        if node.optional or isinstance(type, OptionalType):
            if isinstance(type, MapType):
                return f"{self.text(node.operand, ATOM)}.get({index})", ATOM
            return call("cel.get_item", self.text(node.operand), index)
        constant = isinstance(node.index, Literal) and isinstance(node.index.value, int) and node.index.value >= 0
        if isinstance(type, MapType) or (isinstance(type, ListType) and constant):
            return f"{self.text(node.operand, ATOM)}[{index}]", ATOM
        return call("cel.item", self.text(node.operand), index)

    def has(self, node: Has) -> Written:
        if isinstance(self.type_of(node.operand), RecordType):
            return f"{self.text(node.operand, ATOM)}.{attribute(node.field)} is not None", COMPARE
        return f'cel.get({self.text(node.operand)}, "{node.field}") is not None', COMPARE

    def or_null(self, node: Expr, level: int) -> str:
        """The node where its last field may be absent."""
        if isinstance(node, Select) and not isinstance(without_null(self.type_of(node.operand)), RecordType):
            return f'cel.get({self.text(node.operand)}, "{node.field}")'
        return self.text(node, level)

    def call(self, node: Call) -> Written:
        function = FUNCTIONS[node.function]
        if node.function == "default":
            return self.default(node.args[0], node.args[1])
        if node.function in ("math.least", "math.greatest"):
            return self._extreme(node)
        if node.function == "sum":
            return self._sum(self.text(node.args[0]), self.type_of(node))
        if node.function in ("string", "decimal", "double", "int"):
            return self._conversion(node)
        return self.template(function, node.args)

    def method(self, node: Method) -> Written:
        if node.name == "orValue":
            return self.default(node.operand, node.args[0])
        if node.name == "hasValue":
            return f"{self.or_null(node.operand, ADD)} is not None", COMPARE
        if node.name == "sum":
            return self._sum(self.text(node.operand), self.type_of(node))
        return self.template(METHODS[node.name], (node.operand, *node.args))

    def template(self, function: Function, args: tuple[Expr, ...]) -> Written:
        """The function's template filled in, or a call into `cel`."""
        if not function.python or len(args) > len(_SLOT.findall(function.python)):
            return call(f"cel.{function.run.__name__}", *self.texts(args))

        def fill(match: re.Match[str]) -> str:
            return self.text(args[int(match[1])], ATOM if match[2] else ANY_LEVEL) + match[2]

        return _SLOT.sub(fill, function.python), ATOM

    def default(self, value: Expr, otherwise: Expr) -> Written:
        type = self.type_of(value)
        if isinstance(type, OptionalType) and path_of(value) is not None and not is_optional_chain(value):
            text = self.text(value, ATOM)
            return f"{text} if {text} is not None else {self.text(otherwise, TERNARY)}", TERNARY
        found = self.or_null(value, ANY_LEVEL)
        if isinstance(otherwise, Literal) or path_of(otherwise) is not None:
            return call("cel.default", found, self.text(otherwise))
        return call("cel.or_else", found, f"lambda: {self.text(otherwise)}")

    def _extreme(self, node: Call) -> Written:
        known = all(self.type_of(arg) not in (ANY, ListType(ANY)) for arg in node.args)
        several = len(node.args) > 1 or isinstance(self.type_of(node.args[0]), ListType)
        python = {"math.least": "min", "math.greatest": "max"}[node.function]
        return call(python if known and several else f"cel.{node.function[5:]}", *self.texts(node.args))

    def _sum(self, values: str, type: Type) -> Written:
        if type == DECIMAL:
            inner = f"({values})" if " for " in values and not values.startswith(("[", "(")) else values
            return call("sum", inner, "Decimal(0)")
        return call("sum" if type in (INT, DOUBLE) else "cel.total", values)

    def _conversion(self, node: Call) -> Written:
        arg, source = node.args[0], self.type_of(node.args[0])
        if (node.function, source) in {("string", STRING), ("int", INT)} or isinstance(source, EnumType):
            return _WRITERS[type(arg)](self, arg)
        if isinstance(arg, Literal) and node.function == "decimal" and arg.kind in ("string", "int"):
            return call("Decimal", literal(arg)[0])
        python: dict[tuple[str, Type], str] = {
            ("string", INT): "str",
            ("decimal", INT): "Decimal",
            ("double", INT): "float",
        }
        cel = f"cel.{FUNCTIONS[node.function].run.__name__}"
        return call(python.get((node.function, source), cel), self.text(arg))

    def unary(self, node: Unary) -> Written:
        operand = node.operand
        if node.op == "!":
            if isinstance(operand, Binary) and operand.op in ("==", "in"):
                return self.comparison(operand, {"==": "!=", "in": "not in"}[operand.op])
            return f"not {self.text(operand, NOT)}", NOT
        if self.type_of(node) == ANY:
            return call("cel.neg", self.text(operand))
        return f"-{self.text(operand, NEGATE)}", NEGATE

    def binary(self, node: Binary) -> Written:
        if node.op in ("&&", "||"):
            word, level = ("and", AND) if node.op == "&&" else ("or", OR)
            return f"{self.text(node.left, level)} {word} {self.text(node.right, level + 1)}", level
        if node.op in _DYNAMIC:
            return self.arithmetic(node)
        return self.comparison(node, node.op)

    def arithmetic(self, node: Binary) -> Written:
        types = {self.type_of(node.left), self.type_of(node.right)}
        whole = types == {INT} or types == {DOUBLE}
        if ANY in types or (node.op in "/%" and whole):
            return call(f"cel.{_DYNAMIC[node.op]}", self.text(node.left), self.text(node.right))
        level = _LEVELS[node.op]
        return f"{self.text(node.left, level)} {node.op} {self.text(node.right, level + 1)}", level

    def comparison(self, node: Binary, op: str) -> Written:
        left, right = node.left, node.right
        types = {self.type_of(left), self.type_of(right)}
        if op in ("==", "!="):
            for side, other in ((left, right), (right, left)):
                if self.type_of(side) == NULL or (isinstance(side, Literal) and side.kind == "bool"):
                    text = self.or_null(other, ADD) if self.type_of(side) == NULL else self.text(other, ADD)
                    return f"{text} {'is' if op == '==' else 'is not'} {self.text(side)}", COMPARE
            if ANY in types and not any(type == STRING or isinstance(type, EnumType) for type in types):
                negated = "not " if op == "!=" else ""
                text = f"cel.equals({self.text(left)}, {self.text(right)})"
                return negated + text, NOT if negated else ATOM
        elif op in ("in", "not in") and self.type_of(right) == ANY:
            text = f"cel.contains({self.text(right)}, {self.text(left)})"
            return (f"not {text}", NOT) if op == "not in" else (text, ATOM)
        elif ANY in types and op in ("<", "<=", ">", ">="):
            return call("cel.compare", f'"{op}"', self.text(left), self.text(right))
        return f"{self.text(left, ADD)} {op} {self.text(right, ADD)}", COMPARE

    def conditional(self, node: Conditional) -> Written:
        then, test = self.text(node.then, OR), self.text(node.test, OR)
        return f"{then} if {test} else {self.text(node.otherwise, TERNARY)}", TERNARY

    def items(self, node: ListOf) -> Written:
        return f"[{', '.join(self.texts(node.items))}]", ATOM

    def entries(self, node: MapOf) -> Written:
        entries = ", ".join(f"{self.text(key)}: {self.text(value)}" for key, value in node.entries)
        return f"{{{entries}}}", ATOM

    def record(self, node: RecordOf) -> Written:
        fields = (f"{attribute(name)}={self.text(value)}" for name, value in node.fields)
        return call(self.names.get(node.type_name, node.type_name), *fields)

    def macro(self, node: Macro) -> Written:
        values = self.text(node.operand, OR)
        variable = self._variable(node.variable)
        hidden = self.names.get(node.variable)
        self.names[node.variable] = variable
        bodies = [self.text(arg) for arg in node.args]
        if hidden is None:
            del self.names[node.variable]
        else:
            self.names[node.variable] = hidden
        return self._looped(node, variable, values, bodies)

    def _variable(self, name: str) -> str:
        while name in self.taken or keyword.iskeyword(name):
            name += "_"
        return name

    def _looped(self, node: Macro, variable: str, values: str, bodies: list[str]) -> Written:
        loop, body = f"for {variable} in {values}", bodies[0]
        key = f"key=lambda {variable}: {body}"
        match node.name:
            case "all" | "exists":
                return call("all" if node.name == "all" else "any", f"{body} {loop}")
            case "exists_one":
                return f"sum(1 {loop} if {body}) == 1", COMPARE
            case "filter":
                return f"[{variable} {loop} if {body}]", ATOM
            case "map":
                return f"[{body} {loop}]" if len(bodies) == 1 else f"[{bodies[1]} {loop} if {body}]", ATOM
            case "sum":
                return self._sum(f"{body} {loop}", self.type_of(node))
            case "sortBy":
                return call("sorted", values, key)
            case _:
                return call(node.name[:3], values, key, "default=None")


_WRITERS: dict[type, Callable[[_Writer, Any], Written]] = {
    Literal: lambda writer, node: literal(node),
    Name: _Writer.name,
    Select: _Writer.select,
    Index: _Writer.index,
    Has: _Writer.has,
    Call: _Writer.call,
    Method: _Writer.method,
    Macro: _Writer.macro,
    Unary: _Writer.unary,
    Binary: _Writer.binary,
    Conditional: _Writer.conditional,
    ListOf: _Writer.items,
    MapOf: _Writer.entries,
    RecordOf: _Writer.record,
}
