"""Where a place is in a document that may be half written: read off indentation, without parsing."""

from __future__ import annotations

import re
import types
from dataclasses import dataclass
from typing import Any, Union, get_args, get_origin

from cityos_compiler.formatting.kinds import keys_of
from cityos_dsl.source import Scalar
from cityos_dsl.spec import steps as s
from cityos_dsl.spec.documents import kind_of
from cityos_dsl.spec.shape import Declared

_LINE = re.compile(
    r"(?P<indent> *)(?P<dashes>(?:- +)*)(?:(?P<key>\"[^\"]*\"|'[^']*'|[^\s:#\"'{\[][^:#]*?):(?=\s|$)\s*)?(?P<rest>.*)"
)
_PART = re.compile(r"(?:^|[,{\[]\s*)(?:(?P<key>[\w.?-]+):\s+)?(?P<value>[^,{}\[\]]*)$")


@dataclass
class Around:
    """A key around a place, with the keys of the map that has it; ``-`` stands for an item of a list."""

    key: str
    siblings: dict[str, str]
    """The other keys, with what is written behind them in their line."""


@dataclass
class Place:
    """Where something is written: the keys around it, its own key, and what its map has besides."""

    path: list[Around]
    """The keys around, from the document's."""
    key: str | None
    """The key whose value is written here; None where a key is written."""
    prefix: str
    """What stands before the place of the value or key."""
    siblings: dict[str, str]
    """The other keys of the same map, with what is written behind them in their line."""

    def kind(self, file: str) -> Any:
        """The declared kind of the map around; None where names are free."""
        return _whole(self._declared_kind(file), [*self.siblings, *([self.key] if self.key else [])])

    def declared(self, file: str) -> Declared | None:
        """What the key here says about itself."""
        return keys_of(self.kind(file)).get(self.key or "")

    def under(self, file: str) -> tuple[Any, str]:
        """The kind and the key under which the map around stands."""
        keys = [number for number, around in enumerate(self.path) if around.key != "-"]
        if not keys:
            return None, ""
        owner = self.path[keys[-1]]
        return _whole(
            Place(self.path[: keys[-1]], None, "", {})._declared_kind(file), [owner.key, *owner.siblings]
        ), owner.key

    def _declared_kind(self, file: str) -> Any:
        kind: Any = kind_of(file.removeprefix("specs/"))
        for number, around in enumerate(self.path):
            below = self.path[number + 1].key if number + 1 < len(self.path) else ""
            kind = _below(_whole(kind, [around.key, *around.siblings]), around.key, below)
        return kind


def place_at(lines: list[str], line: int, column: int) -> Place:
    """The place in a text, at a line and column from 1."""
    head = lines[line - 1][: column - 1] if line <= len(lines) else ""
    found = _LINE.match(head)
    assert found is not None
    at = len(found["indent"]) + len(found["dashes"])
    path, siblings = _above(lines, line, at, len(found["indent"]) if found["dashes"] else None)
    siblings |= _beneath(lines, line, at)
    key, rest = _text(found["key"]), found["rest"]
    if key is not None and rest.startswith(("{", "[")):
        return _in_flow([*path, Around(key, siblings)], rest)
    if key is None and rest.startswith("{"):
        return _in_flow(path, rest)
    return Place(path, key, rest, siblings)


def _in_flow(path: list[Around], rest: str) -> Place:
    """Inside of a flow map or list that is open here."""
    open_at: list[int] = []
    for at, character in enumerate(rest):
        if character in "{[":
            open_at.append(at)
        elif character in "}]" and open_at:
            open_at.pop()
    siblings: dict[str, str] = {}
    for number, at in enumerate(open_at):
        inner = rest[at + 1 : open_at[number + 1] if number + 1 < len(open_at) else None]
        path = [*path, Around("-", {})] if rest[at] == "[" else path
        siblings = dict(re.findall(r"([\w.?-]+):\s+([^,{}\[\]]*)", inner))
        part = _PART.search(inner)
        if number + 1 == len(open_at) and part is not None:
            key = part["key"]
            return Place(path, key, part["value"], {name: value for name, value in siblings.items() if name != key})
        if siblings:
            path = [*path, Around(list(siblings)[-1], siblings)]
    return Place(path, None, "", siblings)


def _above(lines: list[str], line: int, at: int, dash: int | None) -> tuple[list[Around], dict[str, str]]:
    """The keys around a place, and the keys before it in its map; ``dash`` is the column of its own dash."""
    path: list[Around] = []
    own: dict[str, str] = {}
    siblings = own
    bound, in_list = at, dash is not None
    if dash is not None:
        path.insert(0, Around("-", {}))
        bound = dash
    for number in range(line - 1, 0, -1):
        found = _LINE.match(lines[number - 1])
        key = _text(found["key"]) if found is not None else None
        if found is None or key is None or key.startswith("#"):
            continue
        indent = len(found["indent"])
        column = indent + len(found["dashes"])
        if column == bound and not in_list:
            siblings[key] = found["rest"]
        elif column < bound or (in_list and column == bound and not found["dashes"]):
            siblings = {key: found["rest"], **_beneath(lines, number, column)}
            path.insert(0, Around(key, siblings))
            bound, in_list = column, False
        else:
            continue
        if found["dashes"] and not in_list:
            path.insert(0, Around("-", {}))
            bound, in_list = indent, True
    return path, own


def _beneath(lines: list[str], line: int, at: int) -> dict[str, str]:
    """The keys behind this one in its map."""
    siblings: dict[str, str] = {}
    for text in lines[line:]:
        found = _LINE.match(text)
        if found is None or not text.strip():
            continue
        column = len(found["indent"])
        if column < at or (column == at and found["dashes"]):
            break
        if column == at and (key := _text(found["key"])):
            siblings[key] = found["rest"]
    return siblings


def _text(key: str | None) -> str | None:
    return key.strip("\"' ") if key is not None else None


def _below(kind: Any, key: str, below: str) -> Any:
    """The kind below a key of a kind, or below an item of a list."""
    if key == "-":
        return next(iter(get_args(kind)), None) if get_origin(kind) is tuple else None
    if get_origin(kind) is dict:
        return _chosen(get_args(kind)[1], below)
    about = keys_of(kind).get(key)
    return _chosen(about.kind, below) if about is not None else None


def _chosen(kind: Any, below: str) -> Any:
    """Of several kinds, the one that what is written below belongs to: a list, or a map."""
    if kind is s.Branch:
        return tuple[s.Step, ...] if below == "-" else kind
    choices = [choice for choice in get_args(kind) if choice is not type(None)] if _is_union(kind) else [kind]
    fitting = [choice for choice in choices if (get_origin(choice) is tuple) == (below == "-") and choice is not Scalar]
    return fitting[0] if fitting else choices[0]


def _is_union(kind: Any) -> bool:
    return get_origin(kind) in (Union, types.UnionType)


def _whole(kind: Any, keys: list[str]) -> Any:
    """A step's kind by its word, a branch's by what it has."""
    if kind is s.Step:
        word = next((key for key in keys if key in s.STEP_KINDS and not (key == "then" and "await" in keys)), None)
        return s.STEP_KINDS[word] if word else s.Step
    if kind is s.Branch:
        return s.Timer if {"at", "every"} & set(keys) else s.BranchMap
    return kind
