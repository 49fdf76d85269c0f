"""Functions on strings and bytes: the standard ones, the extension `strings`, and base64."""

from __future__ import annotations

import base64
import binascii

from cityos_dsl.expr.cel.formatting import format_text
from cityos_dsl.expr.cel.overloads import Overload, overload
from cityos_dsl.expr.errors import EvaluationError
from cityos_dsl.expr.library import text as library
from cityos_dsl.expr.limits import sized

_QUOTED = {"\a": "\\a", "\b": "\\b", "\f": "\\f", "\n": "\\n", "\r": "\\r", "\t": "\\t", "\v": "\\v"}
_QUOTED |= {"\\": "\\\\", '"': '\\"'}
_WHITE = "\t\n\v\f\r \x85\xa0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a"
_WHITE += "\u2028\u2029\u202f\u205f\u3000"


def _add(left: str, right: str) -> str:
    sized(len(left) + len(right))
    return left + right


def _add_bytes(left: bytes, right: bytes) -> bytes:
    sized(len(left) + len(right))
    return left + right


def _join(parts: list[object], separator: str = "") -> str:
    texts = [part for part in parts if isinstance(part, str)]
    if len(texts) < len(parts):
        raise EvaluationError("no_such_overload", "`join` takes a list of strings")
    return library.join(texts, separator)


def quote(text: str) -> str:
    """The text as a literal in double quotes."""
    return '"' + "".join(_QUOTED.get(each, each) for each in text) + '"'


def _decode(text: str) -> bytes:
    plain = "".join(text.split())
    try:
        return base64.b64decode(plain + "=" * (-len(plain) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise EvaluationError("invalid_argument", "the text is no base64") from None


STRINGS: tuple[Overload, ...] = (
    overload("_+_(string, string) -> string", _add),
    overload("_+_(bytes, bytes) -> bytes", _add_bytes),
    overload("size(string) -> int", len),
    overload("size(bytes) -> int", len),
    overload("string.size() -> int", len),
    overload("bytes.size() -> int", len),
    overload("string.contains(string) -> bool", library.includes),
    overload("string.startsWith(string) -> bool", str.startswith),
    overload("string.endsWith(string) -> bool", str.endswith),
    overload("string.matches(string) -> bool", library.matches),
    overload("matches(string, string) -> bool", library.matches),
    overload("string.charAt(int) -> string", library.char_at),
    overload("string.indexOf(string) -> int", library.index_of),
    overload("string.indexOf(string, int) -> int", library.index_of),
    overload("string.lastIndexOf(string) -> int", library.last_index_of),
    overload("string.lastIndexOf(string, int) -> int", library.last_index_of),
    overload("string.lowerAscii() -> string", library.lower_ascii),
    overload("string.upperAscii() -> string", library.upper_ascii),
    overload("string.replace(string, string) -> string", library.replace),
    overload("string.replace(string, string, int) -> string", library.replace),
    overload("string.split(string) -> list(string)", library.split),
    overload("string.split(string, int) -> list(string)", library.split),
    overload("string.substring(int) -> string", library.substring),
    overload("string.substring(int, int) -> string", library.substring),
    overload("string.trim() -> string", lambda text: text.strip(_WHITE)),
    overload("string.reverse() -> string", lambda text: text[::-1]),
    overload("list(string).join() -> string", _join),
    overload("list(string).join(string) -> string", _join),
    overload("string.format(list(dyn)) -> string", format_text),
    overload("strings.quote(string) -> string", quote),
    overload("base64.encode(bytes) -> string", lambda value: base64.b64encode(value).decode()),
    overload("base64.decode(string) -> bytes", _decode),
)
