"""Our data as bytes, and back: quickly, and nothing but our data."""

from __future__ import annotations

import functools
import importlib
import io
import pickle
from collections.abc import Callable
from dataclasses import fields, is_dataclass
from enum import Enum
from operator import attrgetter
from typing import Any

#: Where the classes are whose objects may be read.
_MODULES = frozenset(
    {
        "cityos_compiler.findings.cache",
        "cityos_compiler.heads",
        "cityos_compiler.keeping.check",
        "cityos_compiler.keeping.shelf",
        "cityos_compiler.outline",
        "cityos_compiler.parts",
        "cityos_dsl.diagnostics",
        "cityos_dsl.expr.types",
        "cityos_dsl.fields",
        "cityos_dsl.resolved",
        "cityos_dsl.source",
        "cityos_dsl.spec.city",
        "cityos_dsl.spec.messages",
        "cityos_dsl.spec.models",
        "cityos_dsl.spec.operations",
        "cityos_dsl.spec.systems",
        "cityos_dsl.spec.types",
        "cityos_dsl.spec.workflows",
    }
)


def _by_fields(kind: type[Any]) -> Callable[[Any], tuple[Any, ...]]:
    """How the objects of a class of several fields are made again: a frozen dataclass's own way is twice as slow."""
    values = attrgetter(*(f.name for f in fields(kind)))
    return lambda one: (kind, values(one))


@functools.cache
def _quickly() -> dict[type[Any], Callable[[Any], tuple[Any, ...]]]:
    from cityos_dsl.diagnostics import Finding, Related, Span
    from cityos_dsl.source import Mapping, Scalar, Sequence  # reads YAML, which those who only load don't

    return {kind: _by_fields(kind) for kind in (Finding, Related, Span, Mapping, Scalar, Sequence)}


def dumps(value: object) -> bytes:
    """The bytes of our data."""
    out = io.BytesIO()
    pickler = pickle.Pickler(out, protocol=5)
    pickler.dispatch_table = _quickly()
    pickler.dump(value)
    return out.getvalue()


def loads(data: bytes) -> Any:
    """The data of some bytes. Raises whatever damaged bytes make of it."""
    return _Data(io.BytesIO(data)).load()


class _Data(pickle.Unpickler):
    """Reads our data and nothing else: a pickle could name any function of any module."""

    def find_class(self, module: str, name: str) -> Any:
        return _class(module, name)


@functools.cache
def _class(module: str, name: str) -> Any:
    found = getattr(importlib.import_module(module), name, None) if module in _MODULES else None
    if not isinstance(found, type) or not (is_dataclass(found) or issubclass(found, Enum)):
        raise pickle.UnpicklingError(f"{module}.{name} is no part of what is kept")
    return found
