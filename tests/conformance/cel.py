"""Runs files of CEL's conformance cases: `python -m tests.conformance.cel FILE...`.

A case has an expression and what must come of it: a value, an error, or the type that the checker deduces.
Every case is run; the exit status is 1 where any fails.
"""

from __future__ import annotations

import base64
import json
import math
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from cityos_dsl.expr.cel import types as t
from cityos_dsl.expr.cel.check import check
from cityos_dsl.expr.cel.evaluate import evaluate
from cityos_dsl.expr.cel.times import read_instant, read_span
from cityos_dsl.expr.cel.types import CelType
from cityos_dsl.expr.cel.values import Map, Optional, TypeValue, Uint
from cityos_dsl.expr.errors import EvaluationError, ExprError
from cityos_dsl.expr.parse import parse

Case = dict[str, Any]

_READERS: dict[str, Callable[[Any], Any]] = {
    "int": int,
    "uint": lambda text: Uint(text),
    "double": float,
    "string": str,
    "bool": bool,
    "null": lambda _: None,
    "bytes": base64.b64decode,
    "list": lambda items: [untag(item) for item in items],
    "map": lambda entries: Map((untag(key), untag(value)) for key, value in entries),
    "timestamp": read_instant,
    "duration": read_span,
    "type": TypeValue,
    "optional": lambda inner: Optional(inner is not None, None if inner is None else untag(inner)),
}


def untag(tagged: dict[str, Any]) -> Any:
    """A tagged value as the evaluator's value."""
    ((tag, value),) = tagged.items()
    return _READERS[tag](value)


def read_type(declared: Any) -> CelType:
    """A declared type: a name, or one key that says list, map, type or abstract type."""
    if isinstance(declared, str):
        return CelType({"null": "null_type"}.get(declared, t.NAMES.get(declared, declared)))
    ((kind, params),) = declared.items()
    if kind == "abstract":
        return CelType(params[0], tuple(map(read_type, params[1])))
    if kind == "map":
        return t.map_of(*map(read_type, params))
    return CelType(kind, (read_type(params),))


def same(found: Any, wanted: Any) -> bool:
    """Equal in value and in type; NaN is itself."""
    if type(found) is not type(wanted):
        return False
    if isinstance(wanted, float):
        return found == wanted or (math.isnan(found) and math.isnan(wanted))
    if isinstance(wanted, list):
        return len(found) == len(wanted) and all(map(same, found, wanted))
    if isinstance(wanted, Map):
        return len(found) == len(wanted) and all(found.holds(key) and same(found[key], wanted[key]) for key in wanted)
    if isinstance(wanted, Optional):
        return found.present == wanted.present and same(found.value, wanted.value)
    return bool(found == wanted)


def run(case: Case) -> str | None:
    """What is wrong about the case's outcome, or None."""
    try:
        wrong = _deduced(case)
        return wrong if wrong or case.get("check_only") else _compared(case)
    except (ExprError, EvaluationError) as error:
        return None if case.get("error") else f"has no value: {error}"
    except Exception as error:  # a fault of the implementation fails its case, and lets the others run
        return f"crashes: {error!r}"


def _deduced(case: Case) -> str | None:
    """What is wrong about the deduced type; raises where the checker finds a mistake."""
    tree = parse(case["expr"])
    if case.get("unchecked"):
        return None
    checked = check(tree, {name: read_type(declared) for name, declared in case.get("types", {}).items()})
    if checked.errors:
        raise checked.errors[0]
    if "type" in case and checked.type != read_type(case["type"]):
        return f"has the type {checked.type}, not {read_type(case['type'])}"
    return None


def _compared(case: Case) -> str | None:
    """What is wrong about the value; raises where there is none."""
    found = evaluate(parse(case["expr"]), {name: untag(value) for name, value in case.get("bindings", {}).items()})
    if case.get("error"):
        return f"gives {found!r}, not an error"
    if "value" in case and not same(found, untag(case["value"])):
        return f"gives {found!r}, not {untag(case['value'])!r}"
    return None


def main(files: list[str]) -> int:
    """Runs the files' cases and prints how many passed, and what is wrong with the others."""
    cases: list[Case] = [case for file in files for case in json.loads(Path(file).read_text(encoding="utf-8"))]
    failures = [(case["id"], wrong) for case in cases if (wrong := run(case)) is not None]
    for name, wrong in failures:
        print(f"{name}: {wrong}")
    print(f"passed {len(cases) - len(failures)} of {len(cases)}")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
