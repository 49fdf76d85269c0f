"""Bodies as bytes and back: JSON that keeps the digits of money, and the two kinds of nested forms."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, urlencode

from cityos_dsl.expr.functions import string
from cityos_runtime.binding import Encoding

_BRACKETS = re.compile(r"\[([^\]]*)\]")


def to_json(value: Any) -> str:
    """JSON with decimals as numbers, digit by digit: a float would change them."""
    match value:
        case dict():
            return "{" + ",".join(f"{json.dumps(str(k))}:{to_json(v)}" for k, v in value.items()) + "}"
        case list() | tuple():
            return "[" + ",".join(to_json(item) for item in value) + "]"
        case Decimal():
            return format(value, "f")
        case datetime() | date() | timedelta():
            return json.dumps(string(value))
        case _:
            return json.dumps(value, allow_nan=False)


def from_json(text: str | bytes) -> Any:
    """JSON with fractions as decimals."""
    return json.loads(text, parse_float=Decimal)


def encode(value: Any, encoding: Encoding) -> tuple[bytes, str]:
    """A body and its content type."""
    if encoding == "json":
        return to_json(value).encode(), "application/json"
    return urlencode(pairs(value, encoding)).encode(), "application/x-www-form-urlencoded"


def decode(content: bytes, encoding: Encoding) -> Any:
    """What `encode` was given; the values of a form come back as text."""
    if encoding == "json":
        return from_json(content)
    return nest(parse_qsl(content.decode(), keep_blank_values=True, strict_parsing=True), encoding)


def pairs(value: Any, encoding: Encoding = "form_brackets") -> list[tuple[str, str]]:
    """Nested data as names and values: `a[b]=c` or `a.b=c`; elements of lists are `a[0]`."""
    return [] if value is None else list(_pairs("", value, encoding == "form_dotted"))


def _pairs(name: str, value: Any, dotted: bool) -> Iterator[tuple[str, str]]:
    if isinstance(value, dict):
        for key, item in value.items():
            inner = f"{name}.{key}" if dotted else f"{name}[{key}]"
            yield from _pairs(inner if name else str(key), item, dotted)
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from _pairs(f"{name}[{index}]", item, dotted)
    elif value is not None:
        yield name, text_of(value)


def text_of(value: Any) -> str:
    """A single value in a form, a query or a path."""
    match value:
        case bool():
            return "true" if value else "false"
        case Decimal():
            return format(value, "f")
        case datetime() | date() | timedelta():
            return string(value)
        case dict() | list():
            return to_json(value)
        case _:
            return str(value)


def nest(flat: list[tuple[str, str]], encoding: Encoding) -> dict[str, Any]:
    """Names and values as nested data."""
    root: dict[str, Any] = {}
    for name, value in flat:
        parts = _parts(name, encoding == "form_dotted")
        at = root
        for part in parts[:-1]:
            at = at.setdefault(part, {})
            if not isinstance(at, dict):
                raise ValueError(f"{name} is both a value and a record")
        at[parts[-1]] = value
    nested = _lists(root)
    return nested if isinstance(nested, dict) else {}


def _parts(name: str, dotted: bool) -> list[str]:
    pieces = name.split(".") if dotted else [name]
    return [part for piece in pieces for part in [_BRACKETS.sub("", piece), *_BRACKETS.findall(piece)]]


def _lists(value: Any) -> Any:
    """Maps numbered from 0 are lists."""
    if not isinstance(value, dict):
        return value
    inner = {key: _lists(item) for key, item in value.items()}
    if inner and list(inner) == [str(index) for index in range(len(inner))]:
        return list(inner.values())
    return inner
