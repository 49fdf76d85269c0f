"""Reading CEL's own conformance cases, which lie beside the checkout and are not part of it."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cityos_dsl.expr.library.conversions import duration, timestamp

CASES = Path(__file__).resolve().parents[3] / "shared" / "cel" / "conformance.json"


def load() -> list[dict[str, Any]]:
    """All cases, or none where the file is not there."""
    return json.loads(CASES.read_text(encoding="utf-8")) if CASES.exists() else []


def untag(tagged: dict[str, Any]) -> Any:
    """A tagged value of the suite as the evaluator's value; raises KeyError for what the profile lacks."""
    ((tag, value),) = tagged.items()
    readers: dict[str, Callable[[Any], Any]] = {
        "int": int,
        "double": float,
        "string": str,
        "bool": bool,
        "null": lambda _: None,
        "bytes": base64.b64decode,
        "list": lambda items: [untag(item) for item in items],
        "map": lambda entries: {untag(key): untag(item) for key, item in entries},
        "timestamp": timestamp,
        "duration": duration,
    }
    return readers[tag](value)


def same(found: Any, wanted: Any) -> bool:
    """Equal in value and in type; NaN is itself."""
    if isinstance(wanted, float) and math.isnan(wanted):
        return isinstance(found, float) and math.isnan(found)
    if isinstance(wanted, list):
        return isinstance(found, list) and len(found) == len(wanted) and all(map(same, found, wanted))
    if isinstance(wanted, dict):
        return found.keys() == wanted.keys() and all(same(found[key], wanted[key]) for key in wanted)
    return type(found) is type(wanted) and bool(found == wanted)
