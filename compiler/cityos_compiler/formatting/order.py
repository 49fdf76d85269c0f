"""The order of a document's keys: as they are declared, except where reading aloud wants another one."""

from __future__ import annotations

import functools
from typing import Any

from cityos_compiler.formatting.kinds import keys_of
from cityos_dsl.source import Scalar
from cityos_dsl.spec import documents as d
from cityos_dsl.spec import steps as s

_BEFORE_EVERYTHING = ("id", "summary", "status", "if")
"""What stands right after a step's word."""
_BINDING = (
    "summary", "effect", "courtesy", "input", "output", "retry", "timeout", "completes", "idempotency", "request",
    "absent", "query", "headers", "body", "success", "result", "errors", "lookup", "unsupported", "example", "variants",
)  # fmt: skip
_EARLY: dict[Any, tuple[str, ...]] = {
    s.Do: ("as", "system", "key", "rounds", "within"),
    s.Call: ("workflow_id",),
    s.Start: ("workflow_id",),
    s.Parallel: ("first",),
    d.Operation: _BINDING,
    d.Variant: _BINDING,
    d.Binding: _BINDING,
    d.QueryContract: ("summary", "always"),
}
_LATE: dict[Any, tuple[str, ...]] = {
    s.Group: ("steps", "timeout"),
    d.Connection: ("errors",),
    d.ErrorClass: ("summary",),
    d.System: ("providers",),
}


@functools.cache
def order_of(kind: Any) -> tuple[str, ...]:
    """The keys of a document kind in the order in which they are written."""
    declared = list(keys_of(kind))
    word = (kind.WORD.rstrip("_"),) if isinstance(kind, type) and issubclass(kind, s.Step) and kind.WORD else ()
    head = (*word, *_BEFORE_EVERYTHING) if isinstance(kind, type) and issubclass(kind, s.Step) else ()
    if kind is s.If:
        head = ("id", "summary", "status", "if", "then")
    early = [key for key in (*head, *_EARLY.get(kind, ())) if key in declared]
    late = [key for key in _LATE.get(kind, ()) if key in declared]
    middle = [key for key in declared if key not in early and key not in late]
    return (*early, *middle, *late)


def in_order(kind: Any, keys: list[Scalar]) -> list[int]:
    """The places of a map's keys in the order in which they are written.

    An unknown key stays behind the known one before it: what it was meant to say is nearest there.
    """
    rank = {key: number for number, key in enumerate(order_of(kind))}
    ranks: list[int] = []
    last = -1
    for key in keys:
        last = rank.get(key.text, last)
        ranks.append(last)
    return sorted(range(len(keys)), key=lambda place: ranks[place])
