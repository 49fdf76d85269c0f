"""Types as data: the records that a document needs, with what the generated models say of their fields."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from decimal import Decimal
from typing import Any

from cityos_compiler.backends.python.naming import Homes
from cityos_dsl.expr import types as t
from cityos_dsl.limits import literal


class Types:
    """The named records of one document; each is taken in where something first speaks of it."""

    def __init__(self, homes: Homes, outputs: Mapping[str, t.RecordType], signals: Mapping[str, str]) -> None:
        self._known: dict[str, t.RecordType] = {
            name: kind
            for kinds in homes.kinds.values()
            for name, kind in kinds.items()
            if isinstance(kind, t.RecordType)
        }
        self._known |= outputs
        self._signals = signals
        self.named: dict[str, Any] = {}
        """The records taken in so far, by name."""

    def has(self, name: str) -> bool:
        """Whether a record of that name is a model; others are plain maps."""
        return name in self._known

    def use(self, name: str) -> str:
        """Take a record in, with the records of its fields; returns its name."""
        if name not in self.named:
            self.named[name] = {}  # before its fields, which may be of records that name each other
            signal = self._signals.get(name)
            self.named[name] = {"fields": self.fields(self._known[name])} | ({"signal": signal} if signal else {})
        return name

    def of(self, kind: t.Type) -> Any:
        """A type as data: a primitive's name, or a map that says what it is made of."""
        match kind:
            case t.OptionalType(inner):
                return {"optional": self.of(inner)}
            case t.ListType(item):
                return {"list": self.of(item)}
            case t.MapType(value):
                return {"map": self.of(value)}
            case t.EnumType(members):
                return {"enum": list(members)}
            case t.RecordType(name):
                return {"record": self.use(name)} if name and self.has(name) else "object"
            case t.Primitive(name):
                return name

    def inline(self, kind: t.RecordType) -> dict[str, Any]:
        """A record that nobody else names, written where it is used."""
        return {"name": kind.name, "fields": self.fields(kind)}

    def fields(self, kind: t.RecordType) -> list[dict[str, Any]]:
        """The fields of a record, in order, with their bounds and defaults."""
        return [{"name": f.name, "type": self.of(f.type), **_limits(f)} for f in kind.fields]


def _limits(f: t.Field) -> dict[str, Any]:
    bounds = {name: _bound(f.type, name, text) for name, text in f.limits}
    default = {"default": bounds.pop("default")} if "default" in bounds else {}
    return {**default, **({"limits": bounds} if bounds else {})}


def _bound(kind: t.Type, name: str, text: str) -> Any:
    if name in ("min_items", "max_items"):
        return int(text)
    value = text if name == "pattern" else literal(kind, text)
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    return {"seconds": value.total_seconds()} if isinstance(value, timedelta) else value
