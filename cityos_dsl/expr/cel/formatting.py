"""`"%s costs %.2f".format([name, price])`."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from cityos_dsl.expr.cel.times import instant_text, span_text
from cityos_dsl.expr.cel.values import Instant, Map, Span, TypeValue, kind_of
from cityos_dsl.expr.errors import EvaluationError
from cityos_dsl.expr.limits import sized

_CLAUSE = re.compile(r"%(?:(%)|(?:\.(\d*))?([A-Za-z]?))")
_MAX_PRECISION = 1000


def format_text(template: str, values: list[Any]) -> str:
    """The template with its clauses filled; raises `EvaluationError` where a value does not fit its clause."""
    taken = iter(values)
    size = 0

    def fill(match: re.Match[str]) -> str:
        nonlocal size
        if match[1]:
            return "%"
        write = _CLAUSES.get(match[3])
        if write is None or (match[2] is not None and match[3] not in "ef"):
            raise _wrong(f"there is no clause `{match[0]}`")
        precision = int(match[2] or 0) if match[2] is not None else 6
        if precision > _MAX_PRECISION:
            raise _wrong(f"a precision of {precision}; at most {_MAX_PRECISION} digits")
        for value in taken:
            text = write(value, precision)
            size += len(text)
            sized(size + len(template))
            return text
        raise EvaluationError("index_out_of_range", f"there are only {len(values)} values for the clauses")

    return _CLAUSE.sub(fill, template)


def _wrong(message: str) -> EvaluationError:
    return EvaluationError("invalid_argument", f"`format`: {message}")


def _refused(clause: str, value: Any) -> EvaluationError:
    return _wrong(f"`%{clause}` does not take a {kind_of(value)}")


def _special(value: Any) -> str | None:
    if isinstance(value, float) and not math.isfinite(value):
        return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"
    return value if value in ("NaN", "Infinity", "-Infinity") and isinstance(value, str) else None


def text_of(value: Any) -> str:
    """The value as `%s` writes it; raises `EvaluationError` where it has no text."""
    match value:
        case None:
            return "null"
        case bool():
            return "true" if value else "false"
        case str():
            return value
        case bytes():
            return value.decode(errors="replace")
        case float():
            return _special(value) or f"{value:g}"
        case int():
            return str(int(value))
        case Instant():
            return instant_text(value)
        case Span():
            return span_text(value)
        case TypeValue():
            return value.name
        case list():
            return f"[{', '.join(map(text_of, value))}]"
        case Map():
            entries = sorted((_key(key), f"{_key(key)}: {text_of(each)}") for key, each in value.items())
            return "{" + ", ".join(text for _, text in entries) + "}"
    raise _refused("s", value)


def _key(key: Any) -> str:
    return text_of(key)


def _whole(value: Any, precision: int) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float):
        return _special(value) or f"{value:f}"
    raise _refused("d", value)


def _real(clause: str) -> Callable[[Any, int], str]:
    def write(value: Any, precision: int) -> str:
        special = _special(value)
        if special is not None:
            return special
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise _refused(clause, value)
        return f"{float(value):.{precision}{clause}}"

    return write


def _binary(value: Any, precision: int) -> str:
    if isinstance(value, int):
        return f"{int(value):b}"
    raise _refused("b", value)


def _octal(value: Any, precision: int) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{int(value):o}"
    raise _refused("o", value)


def _hexadecimal(value: Any, precision: int) -> str:
    if isinstance(value, int) and not isinstance(value, bool):
        return f"{int(value):x}"
    if isinstance(value, str | bytes):
        return (value.encode() if isinstance(value, str) else value).hex()
    raise _refused("x", value)


_CLAUSES: dict[str, Callable[[Any, int], str]] = {
    "s": lambda value, _: text_of(value),
    "d": _whole,
    "f": _real("f"),
    "e": _real("e"),
    "b": _binary,
    "o": _octal,
    "x": _hexadecimal,
    "X": lambda value, precision: _hexadecimal(value, precision).upper(),
}
