"""The official implementation in C++ (`cel-expr-python`), asked for types and values."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from cel_expr_python import cel
from cel_expr_python.ext import ext_bindings, ext_encoders, ext_math, ext_optional, ext_strings

from cityos_dsl.expr.cel.types import CelType, read_type
from cityos_dsl.expr.cel.values import Instant, Map, Span, TypeValue, Uint, to_cel

_TYPES = {
    "int": cel.Type.INT,
    "uint": cel.Type.UINT,
    "double": cel.Type.DOUBLE,
    "string": cel.Type.STRING,
    "bytes": cel.Type.BYTES,
    "bool": cel.Type.BOOL,
    "dyn": cel.Type.DYN,
    "list(int)": cel.Type.List(cel.Type.INT),
    "map(string, int)": cel.Type.Map(cel.Type.STRING, cel.Type.INT),
}


class NotShown(Exception):
    """The binding cannot hand the value out, as with optionals."""


class Reference:
    """An environment with the variables and every extension that is also ours."""

    def __init__(self, variables: Mapping[str, str]) -> None:
        extensions = [
            ext_math.ExtMath(),
            ext_strings.ExtStrings(),
            ext_optional.ExtOptional(),
            ext_bindings.ExtBindings(),
            ext_encoders.ExtEncoders(),
        ]
        declared = {name: _TYPES[type] for name, type in variables.items()}
        self.environment = cel.NewEnv(variables=declared, extensions=extensions)

    def compile(self, text: str) -> tuple[CelType, cel.Expression] | None:
        """The expression with its type, or None where the checker finds a mistake."""
        try:
            compiled = self.environment.compile(text)
        except Exception:  # the binding has no class of its own for what is wrong with a text
            return None
        try:
            return _type(compiled.return_type().name()), compiled
        except Exception as error:  # it cannot name the type of a map with unusual keys
            raise NotShown(str(error)) from None

    def evaluate(self, compiled: cel.Expression, bindings: Mapping[str, Any]) -> tuple[Any] | None:
        """The value alone in a tuple, or None where there is none."""
        try:
            found = compiled.eval(data=dict(bindings))
        except TypeError as error:
            raise NotShown(str(error)) from None
        except Exception:  # as above
            return None
        if repr(found).startswith("optional."):
            raise NotShown(repr(found))
        if found.type().name() == "ERROR":
            return None
        try:
            return (_value(found),)
        except TypeError as error:
            raise NotShown(str(error)) from None


def _type(name: str) -> CelType:
    """`LIST<DYN>`, `optional_type<INT>`, `TYPE<INT>` as our types."""
    text = name.replace("<", "(").replace(">", ")")
    parts = text.replace("NULL_TYPE", "NULL")
    return read_type(parts.lower().replace("null", "null_type") if "null_type" not in parts else parts.lower())


def _value(found: Any) -> Any:
    kind = found.type().name()
    if kind.startswith("LIST"):
        return [_value(each) for each in found.value()]
    if kind.startswith("MAP"):
        return Map((_text(key), _value(value)) for key, value in found.value().items())
    value = _text(found.plain_value())
    if kind == "UINT":
        return Uint(value)
    if isinstance(value, cel.Type):
        return TypeValue(value.name())
    if isinstance(value, bytearray):
        return bytes(value)
    return to_cel(value)


def _text(value: Any) -> Any:
    """Texts without the sign that the processor gives to 0.0 / 0.0, which C++ shows."""
    return value.replace("-nan", "nan") if isinstance(value, str) else value


def alike(ours: Any, theirs: Any) -> bool:
    """Whether the values are the same, as far as the binding hands them out: times to the microsecond."""
    if isinstance(ours, Instant | Span):
        return type(ours) is type(theirs) and _micros(ours) == _micros(theirs)
    if isinstance(ours, TypeValue):
        return isinstance(theirs, TypeValue)
    if isinstance(ours, list):
        return isinstance(theirs, list) and len(ours) == len(theirs) and all(map(alike, ours, theirs))
    if isinstance(ours, Map):
        return (
            isinstance(theirs, Map)
            and list_of_keys(ours) == list_of_keys(theirs)
            and all(alike(ours[key], theirs[key]) for key in ours)
        )
    if isinstance(ours, float) and isinstance(theirs, float):
        return repr(ours) == repr(theirs) or (math.isnan(ours) and math.isnan(theirs))
    return type(ours) is type(theirs) and bool(ours == theirs)


def list_of_keys(entries: Map) -> list[str]:
    """The keys in an order of their own; the binding hands unsigned ones out without their sign's lack."""
    return sorted(repr(int(key) if isinstance(key, Uint) else key) for key in entries)


def _micros(value: Instant | Span) -> int:
    count = abs(value.nanos) // 1000 if isinstance(value, Span) else value.nanos // 1000
    return -count if isinstance(value, Span) and value.nanos < 0 else count
