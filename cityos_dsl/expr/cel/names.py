"""Which names a dotted path may be: CEL looks for the longest one that is declared."""

from __future__ import annotations

from collections.abc import Container
from dataclasses import dataclass

from cityos_dsl.expr.ast import Name, Select, path_of

RESERVED = frozenset({
    "as", "break", "const", "continue", "else", "for", "function", "if", "import", "let", "loop",
    "namespace", "package", "return", "var", "void", "while",
})  # fmt: skip
"""Words that may be fields, and no names."""


@dataclass(frozen=True)
class Path:
    """What a node may be the name of, as a whole; nothing where a macro's variable stands first."""

    candidates: tuple[str, ...] = ()


def qualified(node: Name | Select, local: Container[str]) -> Path:
    """The names that this node may be; its parts are asked for by themselves."""
    path = path_of(node)
    if path is None or path.removeprefix(".").split(".")[0] in RESERVED:
        return Path()
    if path.startswith("."):
        return Path((path[1:],))
    return Path() if path.split(".")[0] in local else Path((path,))
