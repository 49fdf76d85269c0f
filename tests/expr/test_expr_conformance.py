"""CEL's own conformance suite, where it lies beside the checkout: everything the profile has must agree."""

from __future__ import annotations

import re
from typing import Any

import pytest

from cityos_dsl.expr.errors import EvaluationError, ExprError
from cityos_dsl.expr.evaluate import evaluate
from cityos_dsl.expr.parse import parse
from tests.expr.cel_cases import load, same, untag

OUTSIDE = re.compile(
    r"\d[uU]\b|\buint\b|\bdyn\(|\btype\(|optional\.|\.value\(\)|optMap|optFlatMap|\[\?[^\]]*,|[{,]\s*\?"
    r"|\bcel\.|base64\.|`|strings\.quote|\.format\(|lists\.range|\.slice\("
    r"|\.flatten\(|\.sortBy\([^,]*\)$|existsOne"
    r"|transformList|transformMap|math\.(?!least|greatest|abs|ceil|floor)"
    r"|\.(all|exists|exists_one)\(\w+, \w+,|\.sort\(|\.first\(|\.last\("
)
"""What the profile leaves out: unsigned numbers, `dyn`, optionals as values, two-variable macros."""

DIFFERENT = {
    "string_ext/type_errors/charat_invalid_argument": "the checker finds it; unchecked, a bool counts",
    "string_ext/type_errors/substring_binary_invalid_argument": "as above",
    "string_ext/type_errors/substring_binary_invalid_argument_2": "as above",
    "timestamps/timestamp_conversions/toString_timestamp_nanos": "instants have microseconds",
    "timestamps/timestamp_range/add_duration_nanos_over": "instants have microseconds",
    "timestamps/timestamp_range/add_duration_nanos_under": "instants have microseconds",
    "timestamps/timestamp_range/sub_time_duration_over": "durations reach further than 64 bits",
    "timestamps/duration_range/from_string_over": "as above",
    "timestamps/duration_range/from_string_under": "as above",
    "timestamps/duration_range/add_over": "as above",
    "timestamps/duration_range/add_under": "as above",
    "timestamps/duration_range/sub_over": "as above",
    "timestamps/duration_range/sub_under": "as above",
    "parse/bytes_literals/triple_single_quoted_unescaped_punctuation": "the stored case has lost a backslash",
    "fields/qualified_identifier_resolution/map_field_select": "a name holds no dot",
    "fields/qualified_identifier_resolution/qualified_identifier_resolution_unchecked": "a name holds no dot",
    "namespace/qualified/self_eval_qualified_lookup": "a name holds no dot",
}


def _runnable() -> list[tuple[dict[str, Any], dict[str, Any], Any]]:
    found = []
    for case in load():
        if case.get("check_only") or not ("value" in case or case.get("error")) or OUTSIDE.search(case["expr"]):
            continue
        try:
            env = {name: untag(value) for name, value in case.get("bindings", {}).items()}
            found.append((case, env, untag(case["value"]) if "value" in case else None))
        except KeyError:
            continue
    return found


def _agrees(case: dict[str, Any], env: dict[str, Any], wanted: Any) -> bool:
    try:
        found = evaluate(parse(case["expr"]), env)
    except (ExprError, EvaluationError):
        return bool(case.get("error"))
    return not case.get("error") and same(found, wanted)


def test_agrees_with_cel(record_property: Any) -> None:
    cases = _runnable()
    if not cases:
        pytest.skip("the conformance cases are not beside this checkout")
    record_property("cases", len(cases))
    print(f"{len(cases)} of {len(load())} conformance cases are within the profile")
    wrong = [case["id"] for case, env, wanted in cases if not _agrees(case, env, wanted)]
    assert len(cases) > 500
    assert [each for each in wrong if each not in DIFFERENT] == []
