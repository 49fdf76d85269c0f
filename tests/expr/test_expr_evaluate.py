"""Values, and expressions that have none."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from cityos_dsl.expr.errors import EvaluationError
from cityos_dsl.expr.evaluate import evaluate
from cityos_dsl.expr.parse import parse
from tests.expr.shop import NOW, environment, plain


def value(text: str, **names: Any) -> Any:
    return evaluate(parse(text), {**plain(environment()), **names}, NOW)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("input.amount + 0.1 == 12.60", True),
        ("7 / -2", -3),
        ("-7 % 2", -1),
        ("total / 3", Decimal(100) / 3),
        ("round(total / 3, 'KWD')", Decimal("33.333")),
        ("round(decimal('0.125'), 'SAR')", Decimal("0.13")),
        ("round(decimal('2.5'), 'JPY')", Decimal("3")),
        ("minor(10.5, 'SAR')", 1050),
        ("minor(10.5, 'kwd')", 10500),
        ("minor(10, 'JPY')", 10),
        ("major(1050, 'SAR')", Decimal("10.50")),
        ("major(1050, 'BHD')", Decimal("1.050")),
        ("major(1050, 'KRW')", Decimal("1050")),
        ("period(input.starts_at, 'monthly', 1)", datetime(2026, 2, 28, tzinfo=UTC)),
        ("period(input.starts_at, 'monthly', 2)", datetime(2026, 3, 31, tzinfo=UTC)),
        ("period(input.starts_at, 'quarterly', 1)", datetime(2026, 4, 30, tzinfo=UTC)),
        ("period(input.starts_at, 'yearly', -1)", datetime(2025, 1, 31, tzinfo=UTC)),
        ("period(input.starts_at, 'biweekly', 1)", datetime(2026, 2, 14, tzinfo=UTC)),
        ("period(input.day, 'weekly', 1)", date(2026, 2, 8)),
        ("period(input.day, 'daily', 3)", date(2026, 2, 4)),
        ("at(input.day, '23:59', 'Asia/Riyadh')", datetime(2026, 2, 1, 20, 59, tzinfo=UTC)),
        ("at(input.day, '00:00')", datetime(2026, 1, 31, 21, tzinfo=UTC)),
        ("now() + 72h", NOW + timedelta(hours=72)),
        ("(now() - input.starts_at).getMinutes()", 720),
        ("duration('90m').getHours()", 1),
        ("timestamp('2026-01-01T03:00:00+03:00')", datetime(2026, 1, 1, tzinfo=UTC)),
        ("timestamp(0)", datetime(1970, 1, 1, tzinfo=UTC)),
        ("input.items.sortBy(i, i.sku).map(i, i.sku)", ["a", "b"]),
        ("input.items.sum(i, i.price * i.quantity)", Decimal("0.40")),
        ("input.items.max_by(i, i.quantity).sku", "b"),
        ("input.items.min_by(i, i.quantity).sku", "a"),
        ("[].max_by(i, i)", None),
        ("sum([1, 2, 3])", 6),
        ("[3, 1].sort()", [1, 3]),
        ("input.items.exists_one(i, i.sku == 'a')", True),
        ("[1, 2, 3].map(x, x > 1, x * 2)", [4, 6]),
        ("default(input.company_id, 'none')", "none"),
        ("default(body.absent, 5)", 5),
        ("body.?absent.?deeper.orValue(1)", 1),
        ("body.absent != null", False),
        ("has(body.absent) || has(body.nothing)", False),
        ("by_sku[?'z']", None),
        ("'a,b'.split(',').join('-')", "a-b"),
        ("'order-17'.matches('^order-[0-9]+$')", True),
        ("'Straße'.upperAscii()", "STRAßE"),
        ("mask('4111111111111111')", "****1111"),
        ("mask('secret')", "****"),
        ("hash('a') == hash('a') && hash('a') != hash('b')", True),
        ("1 == 1.0 && [1] == [1.0] && !(body.id == 1)", True),
        ("false && 1 / 0 == 0", False),
        ("1 / 0 == 0 || true", True),
        ("'new' in body.tags && 'id' in body", True),
        ("string(input.amount) + ' ' + string(90m)", "12.50 5400s"),
        ("math.greatest(1, total, 2)", Decimal(100)),
        ("Item{sku: 'x', quantity: 1}", {"sku": "x", "quantity": 1}),
    ],
)
def test_values(text: str, expected: Any) -> None:
    found = value(text)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("1 / 0", "divide_by_zero"),
        ("total / 0", "divide_by_zero"),
        ("9223372036854775807 + 1", "overflow"),
        ("body.absent", "no_such_field"),
        ("body.__class__", "no_such_field"),
        ("'text'.upper", "no_such_field"),
        ("nobody", "undeclared_reference"),
        ("nothing(1)", "undeclared_reference"),
        ("[1][1]", "index_out_of_range"),
        ("[1][-1]", "index_out_of_range"),
        ("by_sku['z']", "no_such_key"),
        ("1 + 'a'", "no_such_overload"),
        ("total + input.rating", "no_such_overload"),
        ("total > 'a'", "no_such_overload"),
        ("count && true", "no_such_overload"),
        ("size(1)", "no_such_overload"),
        ("decimal('x')", "invalid_argument"),
        ("period(input.starts_at, 'hourly', 1)", "invalid_argument"),
        ("at(input.day, '25:00', 'UTC')", "invalid_argument"),
        ("at(input.day, '12:00', 'Mars/Base')", "invalid_argument"),
        ("timestamp('yesterday')", "invalid_argument"),
        ("{'a': 1, 'a': 2}", "duplicate_key"),
        ("1 / 0 == 0 && true", "divide_by_zero"),
        ("days(9223372036854775807)", "no_such_overload"),
    ],
)
def test_what_has_no_value(text: str, kind: str) -> None:
    with pytest.raises(EvaluationError) as caught:
        value(text)
    assert caught.value.kind == kind


def test_an_error_knows_its_place() -> None:
    text = "count + 1 / (count - 2)"
    with pytest.raises(EvaluationError) as caught:
        value(text)
    start = caught.value.start or 0
    assert text[start : caught.value.end].startswith("1 / (count - 2")


def test_attribute_objects_read_like_maps() -> None:
    assert evaluate(parse("input.items[0].sku"), environment()) == "b"
    with pytest.raises(EvaluationError, match="no field `model_dump`"):
        evaluate(parse("input.model_dump"), environment())


def test_absent_is_null_only_where_it_is_asked_for() -> None:
    tree = parse("input.company_id")
    assert evaluate(tree, {"input": {}}, absent_is_null=True) is None
    with pytest.raises(EvaluationError):
        evaluate(tree, {"input": {}})


def test_without_a_clock_there_is_no_now() -> None:
    with pytest.raises(EvaluationError) as caught:
        evaluate(parse("now()"), {})
    assert caught.value.kind == "no_clock"
