"""Functions on strings."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from functools import lru_cache
from typing import Any

from cityos_dsl.expr.errors import EvaluationError
from cityos_dsl.expr.limits import MAX_PATTERN, sized

_UPPER = {code: code - 32 for code in range(ord("a"), ord("z") + 1)}
_PATTERN_MEMORY = 1 << 20
_LOWER = {code: code + 32 for code in range(ord("A"), ord("Z") + 1)}


@lru_cache(maxsize=256)
def _pattern(pattern: str) -> Any:
    """The pattern, ready to search in time that is linear in the text; raises `EvaluationError` where it is none."""
    import re2  # loaded only where a pattern is used: checking specs must stay quick

    if len(pattern) > MAX_PATTERN:
        raise EvaluationError("too_large", f"a pattern of {len(pattern)} characters; at most {MAX_PATTERN} are allowed")
    options = re2.Options()
    options.log_errors = False
    options.max_mem = _PATTERN_MEMORY
    try:
        return re2.compile(pattern, options)
    except re2.error as error:
        message = error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else str(error)
        raise EvaluationError("invalid_argument", f"`{pattern}` is no pattern: {message}") from None


def includes(text: str, part: str) -> bool:
    """Whether the part stands somewhere in the text."""
    return part in text


def matches(text: str, pattern: str) -> bool:
    """Whether the pattern (RE2's syntax, as in CEL) fits somewhere in the text."""
    try:
        return _pattern(pattern).search(text) is not None
    except UnicodeEncodeError:
        raise EvaluationError("invalid_argument", "half of a character has no place in a text") from None


def lower_ascii(text: str) -> str:
    """The text with A to Z in lower case; other letters stay."""
    return text.translate(_LOWER)


def upper_ascii(text: str) -> str:
    """The text with a to z in upper case; other letters stay."""
    return text.translate(_UPPER)


def split(text: str, separator: str, limit: int = -1) -> list[str]:
    """The parts between separators, at most `limit` of them; an empty separator gives the characters."""
    if limit == 0:
        return []
    if separator or not text:
        return text.split(separator, limit - 1 if limit > 0 else -1) if text else [""]
    parts = list(text)
    return parts if limit < 0 or len(parts) <= limit else [*parts[: limit - 1], "".join(parts[limit - 1 :])]


def join(parts: Iterable[str], separator: str = "") -> str:
    """The parts as one text."""
    texts = list(parts)
    sized(sum(map(len, texts)) + len(separator) * len(texts))
    return separator.join(texts)


def replace(text: str, old: str, new: str, limit: int = -1) -> str:
    """The text with `old` replaced, at most `limit` times."""
    if len(new) > len(old):
        found = text.count(old)
        sized(len(text) + (found if limit < 0 else min(found, limit)) * (len(new) - len(old)))
    return text.replace(old, new, limit)


def substring(text: str, start: int, end: int | None = None) -> str:
    """The characters from `start` up to `end`, which must lie in the text."""
    stop = len(text) if end is None else end
    if not 0 <= start <= stop <= len(text):
        raise EvaluationError("index_out_of_range", f"{start} to {stop} is not within {len(text)} characters")
    return text[start:stop]


def index_of(text: str, part: str, offset: int = 0) -> int:
    """Where the part first stands from `offset` on, or -1."""
    if not 0 <= offset <= len(text):
        raise EvaluationError("index_out_of_range", f"{offset} is not within {len(text)} characters")
    return text.find(part, offset)


def last_index_of(text: str, part: str, offset: int | None = None) -> int:
    """Where the part last starts, at `offset` at the latest, or -1."""
    if offset is None:
        return text.rfind(part)
    if not 0 <= offset <= len(text):
        raise EvaluationError("index_out_of_range", f"{offset} is not within {len(text)} characters")
    return text.rfind(part, 0, offset + len(part))


def char_at(text: str, index: int) -> str:
    """The character there; empty right after the last one."""
    if not 0 <= index <= len(text):
        raise EvaluationError("index_out_of_range", f"{index} is not within {len(text)} characters")
    return text[index : index + 1]


def trim(text: str) -> str:
    """The text without white space around it."""
    return text.strip()


def mask(text: str) -> str:
    """The text made unreadable: its last four characters stay where it has more than eight."""
    return "****" + (text[-4:] if len(text) > 8 else "")


def digest(text: str) -> str:
    """A fingerprint of the text: equal texts have equal ones (SHA-256, in hexadecimal digits)."""
    return hashlib.sha256(text.encode()).hexdigest()
