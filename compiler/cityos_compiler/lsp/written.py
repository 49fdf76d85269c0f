"""The names that a document's keys and values are: read off its declared kinds."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from cityos_compiler.formatting.kinds import item_kind, kind_at, value_kind
from cityos_compiler.lsp.alignment import aligned
from cityos_compiler.lsp.names import Occurrence, named, split
from cityos_dsl.diagnostics import Span
from cityos_dsl.source import Mapping, Node, Scalar, Sequence
from cityos_dsl.spec import documents as d
from cityos_dsl.spec import steps as s
from cityos_dsl.spec.documents import kind_of

#: Values that are names, by their key.
_VALUES = {
    "do": "operation", "compensate": "operation", "over": "operation", "health": "operation", "else": "operation",
    "event": "event", "emit": "event", "call": "workflow", "start": "workflow", "workflow": "workflow",
    "fail": "error", "error": "error", "signal": "signal", "alias_of": "query",
    "leave": "step", "next": "step", "undo": "step",
}  # fmt: skip
#: Maps whose keys are names, by the key under which the map stands.
_KEYS = {
    "signals": "signal", "meanwhile": "signal", "receives": "signal", "catch": "error", "queries": "query",
    "set": "state", "operations": "operation",
}  # fmt: skip
#: Maps that declare names.
_DECLARING: dict[tuple[Any, str], str] = {
    (d.Workflow, "input"): "input", (d.Workflow, "state"): "state", (d.Workflow, "constants"): "constant",
    (s.Group, "state"): "local", (s.ForEach, "state"): "local", (s.Repeat, "state"): "local",
    (d.Signals, "signals"): "signal", (d.Types, "types"): "type", (d.Errors, "errors"): "error",
    (d.Errors, "groups"): "error", (d.Queries, "queries"): "query", (d.Events, "events"): "event",
    (d.System, "operations"): "operation", (d.Operations, "operations"): "operation",
}  # fmt: skip
_ALIASED: dict[Any, str] = {d.SignalContract: "signal", d.EventType: "event"}
_LISTS = {"first_of": "number", "beside": "number", "never": "error"}
_FIELDS = {"input", "output", "payload", "fields", "result", "state", "constants"}
_TYPE = re.compile(r"[A-Z]\w*")


def written_names(file: str, root: Node, text: str) -> list[Occurrence]:
    """The names that stand in a document, but for those in its expressions."""
    return list(_Walk(text).node(root, kind_at(kind_of(file.removeprefix("specs/")), root), ""))


class _Walk:
    def __init__(self, text: str) -> None:
        self.text = text

    def node(self, node: Node, kind: Any, under: str) -> Iterator[Occurrence]:
        """The names below a node; ``under`` is the key under which it stands."""
        if isinstance(node, Sequence):
            for item in node.items:
                if isinstance(item, Scalar) and under in _LISTS:
                    yield from self._whole(_LISTS[under], item)
                yield from self.node(item, kind_at(item_kind(kind), item), "")
        elif isinstance(node, Mapping):
            step = isinstance(kind, type) and issubclass(kind, s.Step)
            if step:
                yield from self._step(node, kind)
            for key, value in node:
                yield from self._entry(key, value, kind)
                yield from self.node(value, value_kind(kind, key.text, value), key.text)

    def _entry(self, key: Scalar, value: Node, kind: Any) -> Iterator[Occurrence]:
        declaring = _DECLARING.get((kind, key.text))
        if key.text == "aliases" and kind in _ALIASED and isinstance(value, Sequence):
            for item in value.items:
                if isinstance(item, Scalar):
                    yield from self._whole(_ALIASED[kind], item, defines=True)
        if isinstance(value, Mapping) and (declaring or (isinstance(kind, type) and key.text in _KEYS)):
            for name, inner in value:
                if declaring:
                    yield from self._part(declaring, name, name.text.removesuffix("?"), 0, defines=True)
                elif not (key.text == "meanwhile" and isinstance(inner, Mapping) and _is_timer(inner)):
                    yield from self._names(_KEYS[key.text], name)
        if isinstance(kind, type) and key.text in _FIELDS:
            yield from self._types(value)
        if isinstance(value, Scalar) and isinstance(kind, type) and key.text in _VALUES:
            yield from self._value(key.text, value, kind)
        if kind is d.Completion and key.text in ("signals", "statuses") and isinstance(value, Mapping):
            for _, meaning in value:
                if isinstance(meaning, Scalar) and meaning.text != "ok":
                    yield from self._whole("error", meaning)
        if isinstance(value, Scalar) and kind is s.ForEach and key.text == "as":
            yield from self._whole("local", value, defines=True)
        if isinstance(value, Scalar) and kind is d.Workflow and key.text == "id":
            yield from self._whole("number", value, defines=True)

    def _value(self, key: str, value: Scalar, kind: Any) -> Iterator[Occurrence]:
        name = _VALUES[key]
        if key == "on_failure" or value.is_null:
            return
        if name == "operation":
            bare = value.text.rpartition(".")[2]
            yield from self._part(name, value, bare, len(value.text) - len(bare))
        else:
            yield from self._whole(name, value, defines=kind is d.Workflow and key == "workflow")

    def _step(self, node: Mapping, kind: Any) -> Iterator[Occurrence]:
        """The step's own name: its ``id``, or what stands behind its word."""
        own = node.get("id")
        if isinstance(own, Scalar):
            yield from self._whole("step", own, defines=True)
            return
        named_by = node.get(kind.WORD.rstrip("_"))
        if not isinstance(named_by, Scalar) or kind in _NAMELESS:
            return
        bare = named_by.text.rpartition(".")[2] if kind is s.Do else named_by.text
        span = self._span(named_by, len(named_by.text) - len(bare), len(named_by.text))
        if span is not None and bare:
            yield named("step", bare, span, defines=True, implied=kind in _IMPLIED)

    def _names(self, kind: str, key: Scalar) -> Iterator[Occurrence]:
        """The names of a key: `A or B`, or the variable of `leading[signal.lot_id]`."""
        for text, at in split(key.text):
            name = text.partition("[")[0].partition(".")[0] if kind == "state" else text
            if name and not name.endswith("*"):
                yield from self._part(kind, key, name, at)

    def _types(self, node: Node) -> Iterator[Occurrence]:
        """The types that fields are declared with."""
        match node:
            case Scalar():
                for found in _TYPE.finditer(node.text):
                    yield from self._part("type", node, found[0], found.start())
            case Sequence():
                for item in node.items:
                    yield from self._types(item)
            case Mapping():
                typed = node.get("type")
                for value in [typed] if typed is not None else [value for _, value in node]:
                    yield from self._types(value)

    def _whole(self, kind: str, scalar: Scalar, *, defines: bool = False) -> Iterator[Occurrence]:
        yield from self._part(kind, scalar, scalar.text, 0, defines=defines)

    def _part(self, kind: str, scalar: Scalar, name: str, at: int, *, defines: bool = False) -> Iterator[Occurrence]:
        span = self._span(scalar, at, at + len(name))
        if span is not None and name:
            yield named(kind, name, span, defines=defines)

    def _span(self, scalar: Scalar, start: int, end: int) -> Span | None:
        place = aligned(self.text, scalar)
        return place.span(start, end) if place is not None and start < end else None


_NAMELESS = (s.Set, s.If, s.Switch, s.Return, s.Fail, s.Leave, s.Next, s.Retry, s.Undo, s.Pivot)
_IMPLIED = (s.Do, s.Call, s.Start, s.Signal, s.Emit)


def _is_timer(branch: Mapping) -> bool:
    return any(branch.get(word) is not None for word in ("at", "every"))
