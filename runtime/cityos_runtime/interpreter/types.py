"""The models that a document's types describe: what they read and write is what the generated ones do."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal, Optional

from pydantic import create_model

from cityos_runtime.model import Limits, Model, SignalModel

_PLAIN: dict[str, Any] = {
    "string": str,
    "bool": bool,
    "int": int,
    "double": float,
    "decimal": Decimal,
    "timestamp": datetime,
    "duration": timedelta,
    "date": date,
    "bytes": bytes,
    "null": None,
}


class Types(Mapping[str, type[Model]]):
    """The named records of a document as models, each made when it is first asked for."""

    def __init__(self, described: Mapping[str, Any]) -> None:
        self._described = described
        self._made: dict[str, type[Model]] = {}

    def __getitem__(self, name: str) -> type[Model]:
        if name not in self._made:
            described = self._described[name]
            base = SignalModel if "signal" in described else Model
            made = self.record({"name": name, **described}, base)
            if issubclass(made, SignalModel):
                made.SIGNAL = described["signal"]
            self._made[name] = made
        return self._made[name]

    def __iter__(self) -> Any:
        return iter(self._described)

    def __len__(self) -> int:
        return len(self._described)

    def record(self, described: Mapping[str, Any], base: type[Model] = Model) -> type[Model]:
        """A model of its own, from its name and its fields."""
        fields = {f["name"]: (self._annotation(f), _default(f)) for f in described["fields"]}
        return self.model(described["name"], fields, base)

    def model(self, name: str, fields: Mapping[str, Any], base: type[Model] = Model) -> type[Model]:
        """A model with fields that are given as types and defaults; ``...`` is no default."""
        made: type[Model] = create_model(name, __base__=base, **fields)
        return made

    def of(self, kind: Any) -> Any:
        """A type as Python has it."""
        match kind:
            case {"optional": inner}:
                return Optional[self.of(inner)]  # noqa: UP045 - a value, not an annotation; `Any | None` is an error
            case {"list": item}:
                return list[self.of(item)]  # type: ignore[misc]  # made at run time
            case {"map": value}:
                return dict[str, self.of(value)]  # type: ignore[misc]  # made at run time
            case {"enum": members}:
                return Literal[tuple(members)]
            case {"record": name}:
                return self[name]
        return _PLAIN.get(kind, Any)

    def _annotation(self, field: Mapping[str, Any]) -> Any:
        limits = {name: _literal(value) for name, value in field.get("limits", {}).items()}
        kind = self.of(field["type"])
        return Annotated[kind, Limits(**limits)] if limits else kind


def _default(field: Mapping[str, Any]) -> Any:
    if "default" in field:
        return _literal(field["default"])
    return None if "optional" in field["type"] and isinstance(field["type"], dict) else ...


def _literal(value: Any) -> Any:
    match value:
        case {"decimal": text}:
            return Decimal(text)
        case {"seconds": seconds}:
            return timedelta(seconds=seconds)
    return value
