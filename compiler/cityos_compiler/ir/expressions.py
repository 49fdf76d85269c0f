"""All expressions of a piece of the IR."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from typing import Any

from cityos_compiler.ir.base import Expr


def expressions(value: Any) -> Iterator[Expr]:
    """Every expression in a step, a workflow or anything of theirs, in the order in which it is held."""
    if isinstance(value, Expr):
        yield value
    elif isinstance(value, tuple):
        for each in value:
            yield from expressions(each)
    else:
        for name in _parts(type(value)):
            yield from expressions(getattr(value, name))


_PARTS: dict[type, tuple[str, ...]] = {}


def _parts(kind: type) -> tuple[str, ...]:
    """The fields of the IR's own classes, but for places and the like."""
    if kind not in _PARTS:
        own = kind.__module__.startswith("cityos_compiler.ir") and dataclasses.is_dataclass(kind)
        fields = dataclasses.fields(kind) if own else ()
        _PARTS[kind] = tuple(f.name for f in fields if not f.metadata.get("aside"))
    return _PARTS[kind]
