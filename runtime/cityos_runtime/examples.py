"""Signals made from the examples of their contracts, for tests and simulations."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any


def signal_payload(
    examples: Mapping[str, Mapping[str, Any]], name: str, given: Mapping[str, Any], now: datetime
) -> dict[str, Any]:
    """A signal's payload: its example, with what is given; its times, the fields that end with `_at`, are now."""
    example = dict(examples.get(name, {}))
    times = {key: now.isoformat() for key in example if key.endswith("_at")}
    return {**example, **times, **given}
