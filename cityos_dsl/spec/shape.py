"""Declared shapes: one declaration reads a document, reports what is wrong in it, and gives its JSON Schema.

A document kind is a frozen dataclass whose fields are declared with :func:`key`. The reader walks the annotations, so
that the typed model, the checks of structure and the published schema can't drift apart.
"""

from __future__ import annotations

import dataclasses
import functools
import re
import types
import typing
from typing import Annotated, Any, TypeVar, Union, get_args, get_origin

from cityos_dsl.diagnostics import Finding, Related, did_you_mean
from cityos_dsl.source import Mapping, Node, Scalar, Sequence

T = TypeVar("T")

#: Anything: a value whose meaning is decided later, with its places kept (an expression, a map of expressions).
Value = Annotated[Node, "value"]
#: Declarations of fields, as in §2 of the language: ``{order_id: string, company_id?: string}``.
Fields = Annotated[Mapping, "fields"]


@dataclasses.dataclass(frozen=True, slots=True)
class Key:
    """What a key says about itself: its description, an example, its allowed words, its written name, its form."""

    text: str
    example: Any = None
    words: tuple[str, ...] = ()
    name: str | None = None
    form: str = ""


FORMS: dict[str, tuple[str, str]] = {
    "duration": (r"(\d+(\.\d+)?(ms|s|m|h|d|w))+", "a duration, such as 30s, 5m or 1h30m"),
    "count": (r"\d+", "a whole number"),
    "number": (r"\d+(\.\d+)?", "a number"),
}
"""What a plain value looks like, and how it is called."""


def key(
    text: str,
    *,
    default: Any = dataclasses.MISSING,
    example: Any = None,
    words: tuple[str, ...] = (),
    name: str | None = None,
    form: str = "",
) -> Any:
    """Declare a key of a document; without ``default`` it must be written."""
    return dataclasses.field(default=default, metadata={"key": Key(text, example, words, name, form)})


def optional(
    text: str, *, example: Any = None, words: tuple[str, ...] = (), name: str | None = None, form: str = ""
) -> Any:
    """Declare a key that may be left out."""
    return key(text, default=None, example=example, words=words, name=name, form=form)


@dataclasses.dataclass(frozen=True, slots=True)
class Declared:
    """A declared key with the type of its value."""

    field: str
    written: str
    kind: Any
    required: bool
    about: Key


@functools.cache
def declared(cls: typing.Hashable) -> dict[str, Declared]:
    """The keys of a document kind by the name under which they are written."""
    assert isinstance(cls, type)
    hints = typing.get_type_hints(cls, include_extras=True)
    keys = {}
    for field in dataclasses.fields(cls):
        about = field.metadata.get("key")
        if about is None:
            continue
        written = about.name or field.name.rstrip("_")
        required = field.default is dataclasses.MISSING
        keys[written] = Declared(field.name, written, hints[field.name], required, about)
    return keys


class Reader:
    """Builds typed documents from nodes and collects what is wrong on the way."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def refuse(self, code: str, message: str, node: Node, help_text: str | None = None) -> None:
        """Note a finding at a node."""
        self.findings.append(Finding(code, message, node.span, help_text))

    def document(self, cls: type[T], node: Node) -> T | None:
        """Read a mapping as ``cls``; ``None`` where something required is missing or of the wrong kind."""
        if not isinstance(node, Mapping):
            self.refuse("SPEC003", f"{_label(cls)} is a map of keys", node)
            return None
        known = declared(typing.cast(typing.Hashable, cls))
        values: dict[str, Any] = {"node": node} if _has_node(cls) else {}
        complete = True
        for name, value in node:
            about = known.get(name.text)
            if about is None:
                self.refuse(
                    "SPEC001",
                    f"{_label(cls)} has no key `{name.text}`",
                    name,
                    did_you_mean(name.text, known, "its keys") or f"its keys: {', '.join(known)}",
                )
                continue
            read = self.value(about.kind, value, about)
            if read is None and not (isinstance(value, Scalar) and value.is_null):
                complete = False
            values[about.field] = read
        for about in known.values():
            if about.required and values.get(about.field) is None:
                if node.get(about.written) is None:
                    first = node.entries[0][0] if node.entries else node
                    self.findings.append(
                        Finding(
                            "SPEC002",
                            f"{_label(cls)} needs a key `{about.written}`",
                            first.span,
                            about.about.text,
                            related=(Related(node.span, "of this"),) if node.entries else (),
                        )
                    )
                complete = False
        return cls(**values) if complete else None

    def value(self, kind: Any, node: Node, about: Declared) -> Any:
        """Read a node as the declared kind; ``None`` and a finding where it is something else."""
        origin = get_origin(kind)
        if origin is Annotated:
            return self._annotated(kind, node, about)
        if origin in (Union, types.UnionType):
            return self._either(get_args(kind), node, about)
        if kind is Scalar:
            return self._scalar(node, about)
        if origin is tuple:
            return self._items(get_args(kind)[0], node, about)
        if origin is dict:
            return self._entries(get_args(kind)[1], node, about)
        return read_as(kind, self, node)

    def _annotated(self, kind: Any, node: Node, about: Declared) -> Any:
        if get_args(kind)[1] == "fields" and not isinstance(node, Mapping):
            self.refuse("SPEC003", f"`{about.written}` is a map of fields and their types", node)
            return None
        return node

    def _either(self, kinds: tuple[Any, ...], node: Node, about: Declared) -> Any:
        """Choose by the node's own kind: a union never holds two kinds that look alike."""
        if isinstance(node, Scalar) and node.is_null:
            if _accepts(kinds, tuple):
                return ()
            return None
        for kind in kinds:
            if kind is not type(None) and _fits(kind, node):
                return self.value(kind, node, about)
        wanted = " or ".join(dict.fromkeys(_describe(k) for k in kinds if k is not type(None)))
        self.refuse("SPEC003", f"`{about.written}` is {wanted}", node, about.about.text)
        return None

    def _scalar(self, node: Node, about: Declared) -> Scalar | None:
        if not isinstance(node, Scalar):
            help_text = "put quotes around a value that holds { } or [ ]" if about.about.words == () else None
            self.refuse("SPEC003", f"`{about.written}` is a text", node, help_text)
            return None
        words = about.about.words
        if words and node.text not in words:
            self.refuse(
                "SPEC004",
                f"`{about.written}` is one of {', '.join(words)}; not `{node.text}`",
                node,
                did_you_mean(node.text, words),
            )
            return None
        if about.about.form and not re.fullmatch(FORMS[about.about.form][0], node.text):
            wanted = FORMS[about.about.form][1]
            self.refuse("SPEC007", f"`{about.written}` is {wanted}; not `{node.text}`", node, _unit(node.text, about))
            return None
        return node

    def _items(self, kind: Any, node: Node, about: Declared) -> tuple[Any, ...] | None:
        if not isinstance(node, Sequence):
            self.refuse("SPEC003", f"`{about.written}` is a list", node, about.about.text)
            return None
        return tuple(read for item in node.items if (read := self.value(kind, item, about)) is not None)

    def _entries(self, kind: Any, node: Node, about: Declared) -> dict[Scalar, Any] | None:
        if not isinstance(node, Mapping):
            self.refuse("SPEC003", f"`{about.written}` is a map", node, about.about.text)
            return None
        read = {}
        for name, value in node:
            item = self.value(kind, value, about)
            if item is not None:
                read[name] = item
        return read


def _unit(text: str, about: Declared) -> str | None:
    """A number alone is no duration."""
    if about.about.form != "duration" or not re.fullmatch(r"\d+(\.\d+)?", text):
        return None
    return f"say the unit: {text}s, {text}m or {text}h"


#: Readers of kinds that aren't a plain map of keys (a step, a branch), registered by their module.
READERS: dict[Any, Any] = {}


def read_as(kind: Any, reader: Reader, node: Node) -> Any:
    """Read a node with the kind's own reader, or as a document."""
    own = READERS.get(kind)
    return own(reader, node) if own is not None else reader.document(kind, node)


def _has_node(cls: type) -> bool:
    return any(field.name == "node" for field in dataclasses.fields(cls))


def _label(cls: type) -> str:
    return str(getattr(cls, "LABEL", cls.__name__.lower()))


def _accepts(kinds: tuple[Any, ...], origin: Any) -> bool:
    return any(get_origin(kind) is origin for kind in kinds)


def _fits(kind: Any, node: Node) -> bool:
    origin = get_origin(kind)
    if origin is Annotated:
        return get_args(kind)[1] != "fields" or isinstance(node, Mapping)
    if kind is Scalar:
        return isinstance(node, Scalar)
    if origin is tuple:
        return isinstance(node, Sequence)
    if kind in READERS:
        return True
    return isinstance(node, Mapping)


def _describe(kind: Any) -> str:
    origin = get_origin(kind)
    if kind is Scalar:
        return "a text"
    if origin is tuple:
        return "a list"
    return "a map"
