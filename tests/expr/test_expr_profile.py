"""What only the whole of CEL has is a finding in a spec; what both have means the same in both."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import assume, example, given

from cityos_dsl.expr.cel.evaluate import evaluate
from cityos_dsl.expr.cel.values import Map, Optional, to_cel
from cityos_dsl.expr.check import check
from cityos_dsl.expr.errors import EvaluationError
from cityos_dsl.expr.evaluate import evaluate as evaluate_in_spec
from cityos_dsl.expr.fold import known_value
from cityos_dsl.expr.parse import parse, unparse
from cityos_dsl.expr.scope import Scope
from cityos_dsl.expr.to_python import to_python
from cityos_dsl.expr.types import BOOL, BYTES, DOUBLE, INT, STRING, ListType, MapType
from tests.conformance.generated import whole_expressions
from tests.conformance.reference import alike
from tests.expr.shop import SCOPE, run_python


@pytest.mark.parametrize(
    ("text", "help"),
    [
        ("1u", "leave out"),
        ("dyn(1)", "known before the run"),
        ("type(1)", "known before the run"),
        ("uint(1)", "use `int`"),
        ("optional.of(1)", "default(x, y)"),
        ("optional.none()", "default(x, y)"),
        ("[?count]", "default(x, y)"),
        ("{?'a': count}", "default(x, y)"),
        ("by_sku.?a.value()", "default(x, y)"),
        ("by_sku.?a.or(by_sku.?b)", "default(x, y)"),
        ("by_sku.?a.optMap(x, x.sku)", "default(x, y)"),
        ("cel.bind(x, 1, x)", "set"),
        ("[1].all(i, x, true)", "one variable"),
        ("[1].transformList(i, x, x)", "one variable"),
        ("[1].existsOne(x, x == 1)", "exists_one"),
        (".count", "write `count`"),
        ("matches('a', 'a')", "text.matches"),
        ("base64.encode(b'a')", None),
        ("strings.quote('a')", None),
        ("lists.range(3)", None),
        ("math.bitAnd(1, 2)", None),
        ("'%s'.format([1])", None),
        ("[1].slice(0, 1)", None),
    ],
)
def test_the_rest_of_cel_is_one_finding(text: str, help: str | None) -> None:
    result = check(parse(text), SCOPE)
    assert [error.code for error in result.errors] == ["EXPR021"]
    found = result.errors[0]
    assert "not for specs" in found.message or "specs have not" in found.message
    assert help in (found.help or "") if help else found.help is None
    assert parse(unparse(parse(text))) == parse(text)


BINDINGS: dict[str, Any] = {"i": 5, "d": 2.5, "s": "Text", "b": b"\x01", "t": True, "xs": [3, 1], "m": {"a": 1}}
TYPES = Scope({
    "i": INT,
    "d": DOUBLE,
    "s": STRING,
    "b": BYTES,
    "t": BOOL,
    "xs": ListType(INT),
    "m": MapType(INT),
})  # fmt: skip


@pytest.mark.parametrize(
    ("text", "hours", "minutes", "seconds", "milliseconds"),
    [
        ("1.5s", 0, 0, 1, 500),
        ("-1.5s", 0, 0, -1, -500),
        ("-0.5s", 0, 0, 0, -500),
        ("-2s", 0, 0, -2, 0),
        ("-90.25s", 0, -1, -90, -250),
        ("-3601.001s", -1, -60, -3601, -1),
        ("-0.0005s", 0, 0, 0, 0),
    ],
)
def test_parts_of_a_duration_before_zero_are_cut_towards_it(
    text: str, hours: int, minutes: int, seconds: int, milliseconds: int
) -> None:
    parts = {"getHours": hours, "getMinutes": minutes, "getSeconds": seconds, "getMilliseconds": milliseconds}
    for name, wanted in parts.items():
        checked = check(parse(f"duration('{text}').{name}()"), TYPES)
        assert evaluate(checked.expr, {}) == wanted  # the whole of CEL, which the reference in C++ bears out
        assert evaluate_in_spec(checked.expr, {}) == wanted
        assert known_value(checked.expr, {}) == (wanted,)
        assert run_python(to_python(checked, {})) == wanted


def _without_optionals(value: Any) -> Any:
    """What may be missing is null in specs."""
    match value:
        case Optional():
            return _without_optionals(value.value)
        case list():
            return [_without_optionals(item) for item in value]
        case Map():
            return Map((key, _without_optionals(item)) for key, item in value.items())
    return value


@given(whole_expressions())
@example("timestamp('0001-01-01T00:00:00Z').getHours('America/New_York')")
@example("m.?a")
@example("math.greatest(0.0, 0, 1)")
@example("[true, ([])[?0]]")
@example("timestamp('0001-01-01T00:00:00Z').getFullYear('America/New_York')")
def test_what_both_take_means_the_same(text: str) -> None:
    assume(not any(finer in text for finer in ("ns'", "999", "12345678")))  # than microseconds, which end specs' times
    checked = check(parse(text), TYPES)
    assume(not checked.errors)
    assert to_python(checked, {})
    try:
        wanted = evaluate(parse(text), BINDINGS)
    except EvaluationError:
        return  # a spec may take more: durations reach further, and a missing value is null
    found = to_cel(evaluate_in_spec(checked.expr, BINDINGS))
    if "math." in text and isinstance(found, float) and isinstance(wanted, int):
        wanted = float(wanted)  # the greatest of whole numbers beside a double: specs make them doubles all
    assert alike(found, _without_optionals(wanted))
