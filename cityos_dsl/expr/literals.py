"""Reading and writing the literals of expressions."""

from __future__ import annotations

import re
from datetime import timedelta

from cityos_dsl.expr.limits import MAX_EXPONENT

UNITS: dict[str, timedelta] = {
    "w": timedelta(weeks=1),
    "d": timedelta(days=1),
    "h": timedelta(hours=1),
    "m": timedelta(minutes=1),
    "s": timedelta(seconds=1),
    "ms": timedelta(milliseconds=1),
}
_DURATION_PART = re.compile(r"(\d+)(ms|[wdhms])")
_ESCAPE = re.compile(
    r"\\(?:(?P<simple>[abfnrtv\\?\"'`])|[xX](?P<hex>[0-9a-fA-F]{2})|u(?P<u4>[0-9a-fA-F]{4})"
    r"|U(?P<u8>[0-9a-fA-F]{8})|(?P<octal>[0-3][0-7]{2})|(?P<bad>[\s\S]))"
)
_SIMPLE = {"a": "\a", "b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t", "v": "\v"}


def read_duration(text: str) -> timedelta:
    """`1h30m` as a duration; raises OverflowError when it is out of range."""
    return sum((int(count) * UNITS[unit] for count, unit in _DURATION_PART.findall(text)), timedelta())


def read_double(text: str) -> float:
    """The number; raises ValueError where its exponent is beyond `MAX_EXPONENT`."""
    exponent = text.lower().partition("e")[2]
    if exponent and abs(int(exponent[:9])) > MAX_EXPONENT:
        raise ValueError(f"the exponent of `{text[:20]}` is out of range")
    return float(text)


def write_duration(value: timedelta) -> str | None:
    """The duration as a literal, or None where only `duration(...)` can say it (negative, microseconds)."""
    milliseconds, rest = divmod(value, UNITS["ms"])
    if rest or milliseconds < 0:
        return None
    text = ""
    for unit, size in (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000), ("ms", 1)):
        count, milliseconds = divmod(milliseconds, size)
        text += f"{count}{unit}" if count else ""
    return text or "0s"


def _body(token: str) -> tuple[str, bool]:
    """What stands between the quotes, and whether it is raw."""
    prefix = token[: re.search(r"[\"']", token).start()]  # type: ignore[union-attr]  # the lexer saw a quote
    quoted = token[len(prefix) :]
    width = 3 if quoted[:3] in ('"""', "'''") and len(quoted) >= 6 else 1
    return quoted[width:-width], "r" in prefix.lower()


def read_string(token: str) -> str:
    """The text of a string literal; raises ValueError at an escape that does not exist."""
    body, raw = _body(token)

    def replace(match: re.Match[str]) -> str:
        if simple := match["simple"]:
            return _SIMPLE.get(simple, simple)
        digits = match["hex"] or match["u4"] or match["u8"]
        if digits is None and match["octal"] is None:
            raise ValueError(f"there is no escape `{match[0]}`; write `\\\\` for a backslash")
        code = int(digits, 16) if digits else int(match["octal"], 8)
        if 0xD800 <= code <= 0xDFFF or code > 0x10FFFF:
            raise ValueError(f"`{match[0]}` is no character")
        return chr(code)

    return body if raw else _ESCAPE.sub(replace, body)


def read_bytes(token: str) -> bytes:
    r"""The bytes of a bytes literal: characters in UTF-8, `\x` and octal escapes as single bytes."""
    body, raw = _body(token)
    if raw:
        return body.encode()
    parts: list[bytes] = []
    last = 0
    for match in _ESCAPE.finditer(body):
        parts.append(body[last : match.start()].encode())
        last = match.end()
        if match["simple"]:
            parts.append(_SIMPLE.get(match["simple"], match["simple"]).encode())
        elif match["hex"] or match["octal"]:
            parts.append(bytes([int(match["hex"], 16) if match["hex"] else int(match["octal"], 8)]))
        else:
            raise ValueError(f"there is no escape `{match[0]}` in bytes")
    return b"".join([*parts, body[last:].encode()])


def write_string(value: str) -> str:
    """The text as a literal in double quotes."""
    escapes = {'"': '\\"', "\\": "\\\\", "\n": "\\n", "\r": "\\r", "\t": "\\t"}
    return '"' + "".join(escapes.get(c) or (c if c.isprintable() else _code(c)) for c in value) + '"'


def _code(character: str) -> str:
    code = ord(character)
    return f"\\u{code:04x}" if code <= 0xFFFF else f"\\U{code:08x}"


def write_bytes(value: bytes) -> str:
    """The bytes as a literal."""
    return 'b"' + "".join(chr(b) if 32 <= b < 127 and b not in b'"\\' else f"\\x{b:02x}" for b in value) + '"'
