"""Idempotency keys: the same for every retry of one piece of business, different for the next."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

# Context variables, because branches that run side by side each stand in their own pass.
_passes: ContextVar[tuple[str, ...]] = ContextVar("cityos_passes", default=())
_round: ContextVar[int] = ContextVar("cityos_round", default=1)


@contextmanager
def in_pass(name: str, number: object) -> Iterator[None]:
    """What runs inside belongs to this pass of this loop, and starts at its first round."""
    passes, round_number = _passes.get(), _round.get()
    _passes.set((*passes, f"{name}={number}"))
    _round.set(1)
    try:
        yield
    finally:
        _passes.set(passes)
        _round.set(round_number)


def count_rounds(at_most: int) -> Iterator[int]:
    """The business rounds of a step; what runs in one has a key of its own."""
    before = _round.get()
    try:
        for number in range(1, at_most + 1):
            _round.set(number)
            yield number
    finally:
        _round.set(before)


def current_round() -> int:
    """The business round this task is in, from 1."""
    return _round.get()


def pass_path() -> str:
    """Where in the loops this task is, as `outer=2/inner=1`."""
    return "/".join(_passes.get())


def idempotency_key(
    workflow_id: str, first_run_id: str, step: str, extra: str = "", *, round_number: int | None = None
) -> str:
    """The key a step sends to the other system.

    Temporal's attempt is not part of it, or every retry would charge the card again. The first run's id is,
    because a workflow id may be used again, and stays the same over continue-as-new.
    """
    number = current_round() if round_number is None else round_number
    parts = (workflow_id, first_run_id, step, pass_path(), str(number), extra)
    return hashlib.sha256("|".join(parts).encode()).hexdigest()[:40]
