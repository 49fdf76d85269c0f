"""Specs written in other ways that mean the same: keys in another order, other quotes, comments, other spacing."""

from __future__ import annotations

import random
from pathlib import Path
from typing import Any

from cityos_compiler.formatting.kinds import item_kind, keys_of, kind_at, value_kind

from cityos_dsl.source import Mapping, Node, Scalar, Sequence, compose
from cityos_dsl.spec.documents import kind_of


def specs_of(root: Path) -> list[tuple[str, str]]:
    """Every spec of a project: its path below the root, and its text."""
    files = sorted((root / "specs").rglob("*.yaml"))
    return [(path.relative_to(root).as_posix(), path.read_text(encoding="utf-8")) for path in files]


class Disturbed:
    """One spec, written anew at random."""

    def __init__(self, file: str, text: str, seed: int) -> None:
        self.chance = random.Random(seed)
        self.comments: list[str] = []
        node, findings = compose(file, text)
        assert node is not None and not findings
        kind = kind_at(kind_of(file.removeprefix("specs/")), node)
        self.text = "\n".join([*self._note(0), *self._block(node, kind, 0), *self._note(0), ""])

    def _block(self, node: Node, kind: Any, indent: int) -> list[str]:
        space = " " * indent
        if isinstance(node, Sequence):
            return [
                line
                for item in node.items
                for line in (
                    *self._note(indent),
                    *self._entry(f"{space}-", item, kind_at(item_kind(kind), item), indent),
                )
            ]
        assert isinstance(node, Mapping)
        entries = list(node.entries)
        if keys_of(kind):
            self.chance.shuffle(entries)
        lines = []
        for key, value in entries:
            lines += self._note(indent)
            inner = value_kind(kind, key.text, value)
            lines += self._entry(f"{space}{self._quoted(key, key=True)}:", value, inner, indent)
        return lines

    def _entry(self, head: str, value: Node, kind: Any, indent: int) -> list[str]:
        if isinstance(value, Scalar):
            return [self._noted(f"{head}{' ' * self.chance.choice((1, 1, 3))}{self._quoted(value)}")]
        if not (value.entries if isinstance(value, Mapping) else value.items):
            return [self._noted(f"{head} {'{}' if isinstance(value, Mapping) else '[]'}")]
        deeper = indent + self.chance.choice((2, 4, 6))
        return [self._noted(head), *self._block(value, kind, deeper)]

    def _quoted(self, scalar: Scalar, key: bool = False) -> str:
        """Other quotes where quotes mean nothing: a null, a number or a boolean is one only without them."""
        if scalar.plain and (key or not scalar.text.replace(".", "").replace("-", "").isalnum() or scalar.is_null):
            quoting = self.chance.choice(("", "", '"')) if not key and not scalar.is_null else ""
        else:
            quoting = "" if scalar.plain else self.chance.choice("\"'")
        if scalar.plain and not quoting and scalar.span.line == scalar.span.end_line:
            text = scalar.text
            plain, findings = compose("x", f"x: {text}\n" if not key else f"{text}: x\n")
            if plain is not None and not findings:
                return text
        if quoting == "'" and scalar.text.isprintable():
            return "'" + scalar.text.replace("'", "''") + "'"
        return '"' + scalar.text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n") + '"'

    def _note(self, indent: int) -> list[str]:
        if self.chance.random() > 0.15:
            return []
        self.comments.append(f"# above {len(self.comments)}")
        return (
            ["", " " * indent + self.comments[-1]] if self.chance.random() < 0.3 else [" " * indent + self.comments[-1]]
        )

    def _noted(self, line: str) -> str:
        if self.chance.random() > 0.15:
            return line
        self.comments.append(f"# beside {len(self.comments)}: 'quoted' [and] {{more}}")
        return f"{line}{' ' * self.chance.randint(1, 9)}{self.comments[-1]}"
