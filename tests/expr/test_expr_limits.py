"""Hostile expressions and values are refused by a stated limit, and nothing else goes wrong."""

from __future__ import annotations

from typing import Any

import pytest

from cityos_dsl.expr import functions
from cityos_dsl.expr.cel.check import check
from cityos_dsl.expr.cel.evaluate import evaluate
from cityos_dsl.expr.errors import EvaluationError, ExprError
from cityos_dsl.expr.evaluate import evaluate as evaluate_in_spec
from cityos_dsl.expr.limits import MAX_DEPTH, MAX_LENGTH, MAX_PATTERN, MAX_SIZE
from cityos_dsl.expr.parse import parse

LONG = "x" * MAX_SIZE


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("(" * 4000 + "1" + ")" * 4000, None),  # parentheses alone add nothing to the tree
        ("[" * 4000 + "]" * 4000, "EXPR002"),
        ("-(" * 3000 + "1" + ")" * 3000, "EXPR002"),
        ("!" * 5000 + "true", "EXPR002"),
        ("1" + "+1" * 4000, "EXPR002"),
        ("a" + ".b" * 4000, "EXPR002"),
        ("a" + "[0]" * 3000, "EXPR002"),
        ("true ? " * 1000 + "1" + " : 2" * 1000, "EXPR002"),
        ("1" * MAX_LENGTH, "EXPR003"),
        ("1" * 5000 + "u", "EXPR003"),
        ("'" + "x" * MAX_LENGTH + "'", "EXPR002"),
        ("1e" + "9" * 5000, "EXPR003"),
        ("9" * 5000 + "d", "EXPR003"),
        ("[" + "1," * 4000 + "1]", None),
    ],
)
def test_a_hostile_text_is_read_or_refused(text: str, code: str | None) -> None:
    try:
        tree = parse(text)
    except ExprError as error:
        assert error.code == code
    else:
        assert code is None
        check(tree)
        evaluate(tree, {})


def test_depth_is_counted_as_stated() -> None:
    assert parse("[" * (MAX_DEPTH - 1) + "1" + "]" * (MAX_DEPTH - 1))
    with pytest.raises(ExprError, match="nested more than"):
        parse("[" * MAX_DEPTH + "1" + "]" * MAX_DEPTH)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("lists.range(1000000000)", "too_large"),
        ("lists.range(9223372036854775807)", "too_large"),
        ("lists.range(200000).map(x, x)", "too_long"),
        ("lists.range(400).map(x, lists.range(400).map(y, y)).size()", "too_long"),
        ("lists.range(400).all(x, lists.range(400).all(y, true)) || true", "too_long"),
        ("lists.range(400).exists(x, lists.range(400).exists(y, false))", "too_long"),
        ("lists.range(1000000).distinct()", "too_large"),
        ("long + long", "too_large"),
        ("long.replace('x', 'xx')", "too_large"),
        ("long.replace('', 'long')", "too_large"),
        ("[long, long].join()", "too_large"),
        ("'%s%s'.format([long, long])", "too_large"),
        ("'%.999999999f'.format([1.0])", "invalid_argument"),
        ("bytes(long) + bytes(long)", "too_large"),
        ("long.matches('x{1000}{1000}')", "invalid_argument"),
        ("long.matches(pattern)", "too_large"),
        ("long.matches('(?=x)')", "invalid_argument"),
        ("int(long)", "invalid_argument"),
        ("double(long)", "invalid_argument"),
        ("timestamp(long)", "invalid_argument"),
        ("duration(long)", "invalid_argument"),
    ],
)
def test_a_bomb_is_refused(text: str, kind: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        evaluate(parse(text), {"long": LONG, "pattern": "x?" * MAX_PATTERN})
    assert caught.value.kind == kind


def test_macros_in_specs_are_bounded_too() -> None:
    with pytest.raises(EvaluationError) as caught:
        evaluate_in_spec(parse("xs.all(a, xs.all(b, xs.all(c, true))) || true"), {"xs": list(range(100))})
    assert caught.value.kind == "too_long"


def test_doubling_ends_at_the_limit() -> None:
    text = "'x'"
    for at in range(40):
        text = f"cel.bind(v{at}, {text}, v{at} + v{at})"
    with pytest.raises(EvaluationError) as caught:
        evaluate(parse(text), {})
    assert caught.value.kind == "too_large"


@pytest.mark.parametrize(
    ("text", "answer"),
    [
        ("long.matches('^(x+x+)+y$')", False),
        ("long.matches('(x?){50}x{50}')", True),
        ("long.contains('y')", False),
        ("size(long)", MAX_SIZE),
        ("long.lastIndexOf('y')", -1),
        ("long == long", True),
    ],
)
def test_ten_megabytes_are_no_trouble(text: str, answer: Any) -> None:
    assert evaluate(parse(text), {"long": LONG}) == answer
    assert evaluate_in_spec(parse(text.replace("size(long)", "long.size()")), {"long": LONG}) == answer


def test_patterns_mean_the_same_in_generated_code() -> None:
    for text, pattern in (("order-17", "^order-[0-9]+$"), ("éa", "^.a$"), ("a\nb", "a.b"), ("x", r"\pL")):
        assert functions.matches(text, pattern) == evaluate(parse("t.matches(p)"), {"t": text, "p": pattern})
    with pytest.raises(EvaluationError, match="is no pattern"):
        functions.matches("a", "a(?=b)")
