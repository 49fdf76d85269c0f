"""Folding changes no answer; generated Python, the evaluator and the folded expression agree."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cityos_dsl.expr.check import check
from cityos_dsl.expr.errors import EvaluationError
from cityos_dsl.expr.evaluate import evaluate
from cityos_dsl.expr.fold import fold, known_value
from cityos_dsl.expr.parse import parse, unparse
from cityos_dsl.expr.to_python import to_python
from tests.expr.shop import NOW, SCOPE, environment, plain, run_python
from tests.expr.test_expr_to_python import expressions

KNOWN: dict[str, Any] = {"count": 2, "total": Decimal("100"), "lost": 1}


def folded(text: str) -> str:
    result = check(parse(text), SCOPE)
    assert result.errors == []
    return unparse(fold(result.expr, KNOWN))


@pytest.mark.parametrize(
    ("text", "rest"),
    [
        ("1 + 2 * count", "5"),
        ("count > 5 && input.b2b", "false"),
        ("count < 5 && input.b2b", "input.b2b"),
        ("input.b2b || count == 2", "true"),
        ("count == 2 ? input.n : input.n + 1", "input.n"),
        ("total / 8", 'decimal("12.5")'),
        ("days(count) + 12h", "2d12h"),
        ("input.n + (1 + 1)", "input.n + 2"),
        ("[1, 2].map(x, x + count)", "[1, 2].map(x, x + 2)"),
        ("[1, 2].exists(x, x == count)", "true"),
        ("now() + days(count)", "now() + 2d"),
        ("1 / 0", "1 / 0"),
        ("'a' + 'b'", '"ab"'),
    ],
)
def test_what_is_decided_becomes_a_literal(text: str, rest: str) -> None:
    assert folded(text) == rest


def test_a_known_value_is_told_from_an_unknown_one() -> None:
    assert known_value(parse("[count, count + 1]"), KNOWN) == ([2, 3],)
    assert known_value(parse("null"), KNOWN) == (None,)
    assert known_value(parse("count > 5 && input.b2b"), KNOWN) == (False,)
    assert known_value(parse("input.n"), KNOWN) is None
    assert known_value(parse("now()"), KNOWN) is None
    assert known_value(parse("1 / 0"), KNOWN) is None


def outcome(run: Any) -> Any:
    """The value with its type, or the fact that there is none."""
    try:
        value = plain(run())
    except (EvaluationError, ArithmeticError, LookupError, TypeError, ValueError):
        return "no value"
    return type(value), value


@given(expressions(), st.booleans())
def test_three_ways_of_evaluating_give_one_answer(text: str, with_names: bool) -> None:
    result = check(parse(text), SCOPE)
    assert result.errors == []
    evaluated = outcome(lambda: evaluate(result.expr, environment(), NOW))
    rest = fold(result.expr, KNOWN if with_names else {})
    assert outcome(lambda: evaluate(rest, environment(), NOW)) == evaluated
    ran = outcome(lambda: run_python(to_python(result, {})))
    if evaluated != "no value" and ran != "no value":
        # Python's `and` looks at its left side first, and its numbers have no end: see docs/expressions.md.
        assert ran[1] == evaluated[1] or abs(evaluated[1]) > 2**62
