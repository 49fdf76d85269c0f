"""Conversions between CEL's types, and the text of its values."""

from __future__ import annotations

import re
from typing import Any

from cityos_dsl.expr.cel.numbers import uint64
from cityos_dsl.expr.cel.overloads import Overload, overload
from cityos_dsl.expr.cel.times import instant_text, read_instant, read_span, span_text
from cityos_dsl.expr.cel.types import FULL_NAMES
from cityos_dsl.expr.cel.values import SECOND, Instant, TypeValue, Uint, kind_of
from cityos_dsl.expr.errors import EvaluationError
from cityos_dsl.expr.library.arithmetic import int64
from cityos_dsl.expr.library.conversions import boolean, double_text

_INTEGER = re.compile(r"[+-]?[0-9]+")
_UNSIGNED = re.compile(r"\+?[0-9]+")
_DOUBLE = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]+)?")
_SPECIAL = re.compile(r"[+-]?(nan|inf|infinity)", re.IGNORECASE)
_HEXADECIMAL = re.compile(r"[+-]?0[xX]([0-9a-fA-F]+(\.[0-9a-fA-F]*)?|\.[0-9a-fA-F]+)([pP][+-]?[0-9]+)?")
_SPACE = " \t\n\v\f\r"
_MAX_DIGITS = 400


def _read(text: str, kind: str, *patterns: re.Pattern[str]) -> str:
    """The text without the space around it, where it is such a number."""
    stripped = text.strip(_SPACE)
    if len(stripped) <= _MAX_DIGITS and any(pattern.fullmatch(stripped) for pattern in patterns):
        return stripped
    raise EvaluationError("invalid_argument", f"`{text[:40]}` is no {kind}")


def _int_of_double(value: float) -> int:
    if not -(2**63) < value < 2**63:
        raise EvaluationError("overflow", "the number does not fit into 64 bits")
    return int(value)


def _uint_of_double(value: float) -> Uint:
    if not 0 <= value < 2**64:
        raise EvaluationError("overflow", "the number does not fit into 64 bits without a sign")
    return Uint(int(value))


def _double_of_text(text: str) -> float:
    number = _read(text, "double", _DOUBLE, _SPECIAL, _HEXADECIMAL)
    return float.fromhex(number) if "x" in number.lower() else float(number)


def _text_of_bytes(value: bytes) -> str:
    try:
        return value.decode()
    except UnicodeDecodeError:
        raise EvaluationError("invalid_argument", "the bytes are no text in UTF-8") from None


def type_value(value: Any) -> TypeValue:
    """`type(x)`."""
    return TypeValue(FULL_NAMES[kind_of(value)])


def _same(value: Any) -> Any:
    return value


def _declared_only(value: Any) -> Any:
    """The reference's checker takes these two conversions, and its evaluator has neither."""
    raise EvaluationError("no_such_overload", f"a {kind_of(value)} cannot be converted so")


CONVERSIONS: tuple[Overload, ...] = (
    overload("dyn(A) -> dyn", _same),
    overload("type(A) -> type(A)", type_value),
    overload("bool(bool) -> bool", _same),
    overload("bool(string) -> bool", boolean),
    overload("int(int) -> int", _same),
    overload("int(uint) -> int", lambda a: int64(int(a))),
    overload("int(double) -> int", _int_of_double),
    overload("int(string) -> int", lambda a: int64(int(_read(a, "int", _INTEGER)))),
    overload("int(timestamp) -> int", lambda a: a.nanos // SECOND),
    overload("uint(uint) -> uint", _same),
    overload("uint(int) -> uint", uint64),
    overload("uint(double) -> uint", _uint_of_double),
    overload("uint(string) -> uint", lambda a: uint64(int(_read(a, "uint", _UNSIGNED)))),
    overload("double(double) -> double", _same),
    overload("double(int) -> double", float),
    overload("double(uint) -> double", float),
    overload("double(string) -> double", _double_of_text),
    overload("string(string) -> string", _same),
    overload("string(bool) -> string", lambda a: "true" if a else "false"),
    overload("string(int) -> string", str),
    overload("string(uint) -> string", lambda a: str(int(a))),
    overload("string(double) -> string", double_text),
    overload("string(bytes) -> string", _text_of_bytes),
    overload("string(timestamp) -> string", instant_text),
    overload("string(duration) -> string", span_text),
    overload("bytes(bytes) -> bytes", _same),
    overload("bytes(string) -> bytes", str.encode),
    overload("timestamp(timestamp) -> timestamp", _same),
    overload("timestamp(string) -> timestamp", read_instant),
    overload("timestamp(int) -> timestamp", lambda a: Instant(a * SECOND)),
    overload("duration(duration) -> duration", _same),
    overload("duration(string) -> duration", read_span),
    overload("duration(int) -> duration", _declared_only),
    overload("int(duration) -> int", _declared_only),
)
