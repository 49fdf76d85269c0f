"""The plain data of the IR, and its digest."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from typing import Any

from cityos_dsl.expr import types as t
from cityos_dsl.fields import FieldDecl
from cityos_dsl.project import OperationModel, QueryModel, SignalModel


def to_data(value: Any) -> Any:
    """The plain data of an IR value: maps, lists and scalars, without places."""
    match value:
        case OperationModel():
            return f"{value.system}.{value.name}"
        case SignalModel() | QueryModel():
            return value.name
        case t.Primitive() | t.ListType() | t.MapType() | t.EnumType() | t.RecordType() | t.OptionalType():
            return t.show(value)
        case FieldDecl():
            options = {name: scalar.text for name, scalar in value.options.items()}
            return {"name": value.name, "type": t.show(value.full_type), "class": value.data_class, **options}
        case tuple() | list():
            return [to_data(item) for item in value]
        case dict():
            return {key: to_data(item) for key, item in value.items()}
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        data = {
            f.name: to_data(getattr(value, f.name))
            for f in dataclasses.fields(value)
            if not f.metadata.get("aside") and getattr(value, f.name) not in (None, (), False)
        }
        return {"kind": type(value).__name__, **data}
    return value


def digest(value: Any) -> str:
    """SHA-256 over the canonical JSON of an IR value."""
    text = json.dumps(to_data(value), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()
