"""Expression text to syntax tree."""

from __future__ import annotations

import os
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cityos_dsl.expr import literals
from cityos_dsl.expr.ast import (
    MACROS,
    NAMESPACES,
    QUALIFIED,
    TWO_VARIABLE_MACROS,
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
    children,
)
from cityos_dsl.expr.errors import ExprError
from cityos_dsl.expr.limits import INT_MAX, INT_MIN, MAX_DEPTH, MAX_LENGTH, UINT_MAX
from cityos_dsl.expr.unparse import unparse

if TYPE_CHECKING:
    from lark import Lark, Tree

__all__ = ["MAX_DEPTH", "MAX_LENGTH", "parse", "unparse"]

_PATH = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?:\.[A-Za-z_][A-Za-z0-9_]*)*")
_RESERVED = frozenset({
    "as", "break", "const", "continue", "else", "false", "for", "function", "if", "import", "in", "let", "loop",
    "namespace", "null", "package", "return", "true", "var", "void", "while",
})  # fmt: skip
"""Words with a meaning of their own: whether they may stand in a path is for the grammar to say."""
_PARTS = frozenset(
    {"arguments", "items", "optional_item", "assignments", "assignment", "entries", "entry", "optional_entry"}
)
_CONSTANTS = frozenset({"true", "false", "null", "in"})


@lru_cache(maxsize=4096)
def parse(text: str) -> Expr:
    """The tree of an expression; raises `ExprError` where the text is none."""
    from cityos_dsl.expr.syntax_errors import wrong_before_parsing

    if len(text) > MAX_LENGTH:
        raise ExprError("EXPR002", f"the expression has more than {MAX_LENGTH} characters", MAX_LENGTH, len(text))
    wrong = wrong_before_parsing(text)
    if wrong is not None:
        raise wrong
    return _plain_path(text) or _parse(text)


def _plain_path(text: str) -> Expr | None:
    """The tree of a dotted path, which most expressions of a spec are: the parser would say the same, later."""
    if _PATH.fullmatch(text) is None:
        return None
    first, *rest = text.split(".")
    if len(rest) > MAX_DEPTH - 2 or not _RESERVED.isdisjoint((first, *rest)):
        return None
    end = len(first)
    tree: Expr = Name(first, start=0, end=end)
    for field in rest:
        end += 1 + len(field)
        tree = Select(tree, field, start=0, end=end)
    return tree


def _parse(text: str) -> Expr:
    """The tree by the grammar."""
    from lark.exceptions import UnexpectedInput

    from cityos_dsl.expr.syntax_errors import explain

    try:
        tree = _lark().parse(text)
    except UnexpectedInput as error:
        raise explain(error, text) from None
    expr = _build(tree)
    _check_integers(expr)
    return expr


@lru_cache(maxsize=1)
def _lark() -> Lark:
    """The parser, made at the first parse: importing this module must stay cheap."""
    from lark import Lark

    grammar = Path(__file__).with_name("grammar.lark").read_text(encoding="utf-8")
    return Lark(grammar, parser="lalr", propagate_positions=True, maybe_placeholders=False, cache=_table_file())


def _table_file() -> str | bool:
    """Where the parser's tables are kept between runs, in the user's own cache; ``False`` where there is none.

    Making them takes a third of the time that checking a small project takes.
    """
    from platformdirs import user_cache_path

    folder = user_cache_path("cityosc", appauthor=False)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    except OSError:
        return False
    private = os.access(folder, os.W_OK) and (not hasattr(os, "getuid") or folder.stat().st_uid == os.getuid())
    return str(folder / "expressions.lark") if private else False


def _build(root: Tree[Any]) -> Expr:
    """The tree bottom-up and without recursion, so that no input can exhaust Python's stack."""
    built: dict[int, Any] = {}
    depths: dict[int, int] = {}
    result: Any = None
    for tree in root.iter_subtrees():
        parts = [built.get(id(child), child) for child in tree.children]
        start, end = int(tree.meta.start_pos), int(tree.meta.end_pos)
        depth = max((depths.get(id(child), 0) for child in tree.children), default=0)
        depth += str(tree.data) not in _PARTS
        if depth > MAX_DEPTH:
            raise ExprError("EXPR002", f"the expression is nested more than {MAX_DEPTH} deep", start, end)
        depths[id(tree)] = depth
        result = built[id(tree)] = _BUILDERS[str(tree.data)](parts, start, end)
    expr: Expr = result
    return expr


def _check_integers(root: Expr) -> None:
    todo = [root]
    while todo:
        node = todo.pop()
        value = node.value if isinstance(node, Literal) and node.kind == "int" else 0
        if isinstance(value, int) and not INT_MIN <= value <= INT_MAX:
            raise ExprError("EXPR003", f"`{value}` does not fit into 64 bits", node.start, node.end)
        todo.extend(children(node))


_Builder = Callable[[list[Any], int, int], Any]


def _binary(parts: list[Any], start: int, end: int) -> Expr:
    return Binary(str(parts[1]), parts[0], parts[2], start=start, end=end)


def _unary(parts: list[Any], start: int, end: int) -> Expr:
    op, operand = str(parts[0]), parts[1]
    number = operand.value if isinstance(operand, Literal) and operand.kind in ("int", "double") else None
    if op == "-" and isinstance(number, int | float) and number and not operand.text.startswith("-"):
        return Literal(-number, operand.kind, f"-{operand.text}", start=start, end=end)
    return Unary(op, operand, start=start, end=end)


def _call(parts: list[Any], start: int, end: int) -> Expr:
    name, args = str(parts[0]), tuple(parts[1]) if len(parts) > 1 else ()
    if name != "has":
        return Call(name, args, start=start, end=end)
    if len(args) != 1 or not isinstance(args[0], Select) or args[0].optional:
        raise ExprError("EXPR001", "`has` asks for one field: `has(a.b)`", start, end)
    return Has(args[0].operand, args[0].field, start=start, end=end)


def _method(parts: list[Any], start: int, end: int) -> Expr:
    operand, name, args = parts[0], str(parts[1]), tuple(parts[2]) if len(parts) > 2 else ()
    qualified = f"{operand.name}.{name}" if isinstance(operand, Name) else ""
    if qualified == "cel.bind" and len(args) == 3:
        return Macro(args[1], "bind", _variable("cel.bind", args[0]), args[2:], start=start, end=end)
    if isinstance(operand, Name) and (operand.name in NAMESPACES or qualified in QUALIFIED):
        return Call(qualified, args, start=start, end=end)
    if name in MACROS and len(args) - 1 in MACROS[name]:
        return Macro(operand, name, _variable(name, args[0]), args[1:], start=start, end=end)
    if name in TWO_VARIABLE_MACROS and len(args) - 2 in TWO_VARIABLE_MACROS[name]:
        variable, second = _variable(name, args[0]), _variable(name, args[1])
        if variable == second:
            raise ExprError("EXPR001", f"`{name}` takes two different names", args[1].start, args[1].end)
        return Macro(operand, name, variable, args[2:], second, start=start, end=end)
    return Method(operand, name, args, start=start, end=end)


def _variable(macro: str, node: Expr) -> str:
    """The name that a macro binds."""
    if isinstance(node, Name) and not node.name.startswith("."):
        return node.name
    help = f"write `{macro}(x, ...)`, where x is one element"
    raise ExprError("EXPR001", f"the first argument of `{macro}` is a name", node.start, node.end, help)


def _select(optional: bool, quoted: bool) -> _Builder:
    def build(parts: list[Any], start: int, end: int) -> Expr:
        field = str(parts[1]).strip("`")
        if field in _CONSTANTS and not quoted:
            raise ExprError("EXPR001", f"`{field}` is no field's name", start, end, "write the field in backticks")
        return Select(parts[0], field, optional, start=start, end=end)

    return build


@dataclass(frozen=True)
class _Maybe:
    """An item or entry with a `?` before it."""

    part: Any


def _list(parts: list[Any], start: int, end: int) -> Expr:
    items, optional = _maybes(parts)
    return ListOf(items, optional, start=start, end=end)


def _map(parts: list[Any], start: int, end: int) -> Expr:
    entries, optional = _maybes(parts)
    return MapOf(entries, optional, start=start, end=end)


def _maybes(parts: list[Any]) -> tuple[tuple[Any, ...], frozenset[int]]:
    """The parts, and at which places a `?` stands."""
    found = parts[0] if parts else ()
    optional = frozenset(at for at, part in enumerate(found) if isinstance(part, _Maybe))
    return tuple(part.part if isinstance(part, _Maybe) else part for part in found), optional


def _unsigned(text: str) -> int:
    value = int(text[:-1], 16 if text[:2].lower() == "0x" else 10)
    if value > UINT_MAX:
        raise ValueError(f"`{text}` does not fit into 64 bits")
    return value


def _literal(read: Callable[[str], Any], kind: Any) -> _Builder:
    def build(parts: list[Any], start: int, end: int) -> Expr:
        text = str(parts[0])
        try:
            return Literal(read(text), kind, text, start=start, end=end)
        except (ValueError, OverflowError) as error:
            raise ExprError("EXPR003", f"cannot read the literal: {error}", start, end) from None

    return build


def _constant(value: bool | None, kind: Any) -> _Builder:
    return lambda parts, start, end: Literal(value, kind, start=start, end=end)


_BUILDERS: dict[str, _Builder] = {
    "conditional": lambda p, s, e: Conditional(p[0], p[1], p[2], start=s, end=e),
    "binary": _binary,
    "unary": _unary,
    "select": _select(optional=False, quoted=False),
    "select_quoted": _select(optional=False, quoted=True),
    "select_optional": _select(optional=True, quoted=False),
    "select_optional_quoted": _select(optional=True, quoted=True),
    "method": _method,
    "index": lambda p, s, e: Index(p[0], p[1], start=s, end=e),
    "index_optional": lambda p, s, e: Index(p[0], p[1], True, start=s, end=e),
    "name": lambda p, s, e: Name(str(p[0]), start=s, end=e),
    "root_name": lambda p, s, e: Name(f".{p[0]}", start=s, end=e),
    "call": _call,
    "record": lambda p, s, e: RecordOf(str(p[0]), tuple(p[1]) if len(p) > 1 else (), start=s, end=e),
    "list": _list,
    "map": _map,
    "arguments": lambda p, s, e: tuple(p),
    "items": lambda p, s, e: tuple(p),
    "optional_item": lambda p, s, e: _Maybe(p[0]),
    "assignments": lambda p, s, e: tuple(p),
    "assignment": lambda p, s, e: (str(p[0]), p[1]),
    "entries": lambda p, s, e: tuple(p),
    "entry": lambda p, s, e: (p[0], p[1]),
    "optional_entry": lambda p, s, e: _Maybe((p[0], p[1])),
    "null": _constant(None, "null"),
    "true": _constant(True, "bool"),
    "false": _constant(False, "bool"),
    "duration": _literal(literals.read_duration, "duration"),
    "hexadecimal": _literal(lambda text: int(text, 16), "int"),
    "integer": _literal(int, "int"),
    "unsigned": _literal(_unsigned, "uint"),
    "double": _literal(literals.read_double, "double"),
    "string": _literal(literals.read_string, "string"),
    "bytes": _literal(literals.read_bytes, "bytes"),
}
