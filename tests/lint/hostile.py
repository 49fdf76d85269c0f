"""Spec files as an attacker or a broken editor would leave them."""

from __future__ import annotations

import random
from collections.abc import Callable

_TRICKS = (
    "*a", "&a", "&a [*a]", "<<: *a", "!!python/object/apply:os.system [ls]", "!!binary x", "---\n", "...\n",
    "%YAML 9.9\n", "\ufeff", "\x00", "\x85", "\u2028", "\t", "? ", "- - - - ", "{", "[", "}", "]", "'", '"', "|", ">",
    "|9", ">-", ": ", "#", "# cityosc: ignore[", "# cityosc: ignore[SAGA001]", "null", "~", "''", "[]", "{}", "[[]]",
    "{{}: {}}", "${", "${ }", "1e999", "9" * 400, "(" * 300, "-" * 300, "a." * 300, "[" * 200, "{a: " * 200, "x" * 5000,
    "💥", "\u202e", "0x", "''''", '"\\x"', "&b [&b [*b]]", "a: &x {b: *x}", "&k key: *k",
)  # fmt: skip


def _place(rng: random.Random, data: bytes) -> int:
    return rng.randrange(len(data) + 1)


def _flip(rng: random.Random, data: bytes) -> bytes:
    at = rng.randrange(len(data)) if data else 0
    return data[:at] + bytes([rng.randrange(256)]) + data[at + 1 :]


def _delete(rng: random.Random, data: bytes) -> bytes:
    at = _place(rng, data)
    return data[:at] + data[at + rng.choice((1, 2, 5, 40, 400)) :]


def _repeat(rng: random.Random, data: bytes) -> bytes:
    at = _place(rng, data)
    part = data[at : at + rng.choice((1, 10, 100))]
    return data[:at] + part * rng.choice((2, 3, 50)) + data[at + len(part) :]


def _drop_line(rng: random.Random, data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    if lines:
        del lines[rng.randrange(len(lines))]
    return b"".join(lines)


def _move_line(rng: random.Random, data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    if lines:
        line = lines.pop(rng.randrange(len(lines)))
        lines.insert(rng.randrange(len(lines) + 1), line)
    return b"".join(lines)


def _indent(rng: random.Random, data: bytes) -> bytes:
    lines = data.splitlines(keepends=True)
    if lines:
        at = rng.randrange(len(lines))
        lines[at] = rng.choice((b"  ", b" ", b"    ")) + lines[at] if rng.random() < 0.5 else lines[at].lstrip()
    return b"".join(lines)


def _trick(rng: random.Random, data: bytes) -> bytes:
    at = _place(rng, data)
    return data[:at] + rng.choice(_TRICKS).encode("utf-8", "surrogatepass") + data[at:]


def _replace_value(rng: random.Random, data: bytes) -> bytes:
    """A value that YAML accepts and the spec doesn't expect."""
    lines = data.split(b"\n")
    places = [number for number, line in enumerate(lines) if b": " in line]
    if places:
        at = rng.choice(places)
        lines[at] = lines[at].split(b": ")[0] + b": " + rng.choice(_TRICKS).encode("utf-8", "surrogatepass")
    return b"\n".join(lines)


def _swap_words(rng: random.Random, data: bytes) -> bytes:
    """A word of the document where another one stood: keys as values, names of one kind as another's."""
    words = data.split(b" ")
    if len(words) > 1:
        one, other = rng.randrange(len(words)), rng.randrange(len(words))
        words[one] = words[other]
    return b" ".join(words)


#: What often stays YAML is tried more often: it gets further into the checker.
_MUTATIONS: tuple[Callable[[random.Random, bytes], bytes], ...] = (
    _flip, _delete, _repeat, _drop_line, _drop_line, _move_line, _move_line, _indent, _trick,
    *[_replace_value] * 3, *[_swap_words] * 3,
)  # fmt: skip


def mutated(rng: random.Random, data: bytes) -> bytes:
    """The document after one to four mutations."""
    for _ in range(rng.choice((1, 1, 1, 2, 4))):
        data = rng.choice(_MUTATIONS)(rng, data)
    return data
