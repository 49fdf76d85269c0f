"""Names, types, narrowing, and what the checker says."""

from __future__ import annotations

import pytest

from cityos_dsl.expr.check import Checked, check, paths, roots
from cityos_dsl.expr.parse import parse, unparse
from cityos_dsl.expr.types import (
    DATE,
    DECIMAL,
    DURATION,
    STRING,
    EnumType,
    ListType,
    MapType,
    OptionalType,
    Type,
    assignable,
    show,
)
from tests.expr.shop import INPUT, ITEM, SCOPE, STATUS


def checked(text: str, expected: Type | None = None) -> Checked:
    return check(parse(text), SCOPE, expected)


@pytest.mark.parametrize(
    ("text", "type"),
    [
        ("total + 0.2 == 0.3", "bool"),
        ("total * count", "decimal"),
        ("total / 3", "decimal"),
        ("total + math.greatest(0.5, 0)", "decimal"),
        ("total * [0.5, 1][count]", "decimal"),
        ("input.items.map(i, i.price * i.quantity)", "[decimal]"),
        ("input.items.sum(i, i.price * i.quantity)", "decimal"),
        ("input.items.max_by(i, i.price)", "Item?"),
        ("input.items.max_by(i, i.price).orValue(input.items[0]).sku", "string"),
        ("input.items.filter(i, i.quantity > 1).sortBy(i, i.sku)", "[Item]"),
        ("by_sku.values()", "[Item]"),
        ("by_sku[?'a']", "Item?"),
        ("by_sku[?'a'].sku", "string?"),
        ("input.?gift.?sku", "string?"),
        ("input.starts_at - now()", "duration"),
        ("input.starts_at + days(count) - 24h", "timestamp"),
        ("72h * count", "duration"),
        ("period(input.starts_at, input.interval, 1)", "timestamp"),
        ("period(input.day, yearly, 1)", "date"),
        ("at(input.day, '23:59')", "timestamp"),
        ("input.b2b ? total : 0.5", "decimal"),
        ("input.b2b ? 'x' : null", "string?"),
        ("default(input.company_id, 'none')", "string"),
        ("default(input.gift, null)", "Item?"),
        ("math.least(2.5, total, count)", "decimal"),
        ("minor(total, tenant.currency)", "int"),
        ("body.a.b[0].c", "object"),
        ("[1, 2.5]", "[double]"),
        ("{'a': 1}", "{string: int}"),
    ],
)
def test_types(text: str, type: str) -> None:
    result = checked(text)
    assert [error.message for error in result.errors] == []
    assert show(result.type) == type


@pytest.mark.parametrize(
    ("text", "code", "span", "says"),
    [
        ("inptu.n", "EXPR010", "inptu", "did you mean `input`?"),
        ("input.amont", "EXPR011", "input.amont", "did you mean `amount`? it has order_id, amount"),
        ("input.order_id.x", "EXPR011", "input.order_id.x", "a string has no fields"),
        ("size(input.company_id)", "EXPR012", "input.company_id", "input.company_id != null && ..."),
        ("reserve.id", "EXPR012", "reserve", "`reserve` is skipped unless `input.b2b`"),
        ("later == 1", "EXPR019", "later", "it runs only after this step"),
        ("by_sku[?'a'].quantity + 1", "EXPR012", "by_sku[?'a'].quantity", "orValue"),
        ("total + input.rating", "EXPR018", "total + input.rating", "decimal"),
        ("total == input.rating", "EXPR018", "total == input.rating", "decimal"),
        ("round(input.rating, 'SAR')", "EXPR018", "round(input.rating, 'SAR')", "never a double"),
        ("input.status == payd", "EXPR014", "payd", "did you mean `paid`?"),
        ("input.status == 'payd'", "EXPR014", "'payd'", "did you mean `paid`?"),
        ("input.status == lost", "EXPR017", "lost", 'write "lost" for the member'),
        ("input.status in [paid, weekly]", "EXPR014", "weekly", "pending, paid, lost"),
        ("input.status == input.interval", "EXPR013", "input.status == input.interval", "never equal"),
        ("count == 'x'", "EXPR013", "count == 'x'", "never equal"),
        ("count + 'x'", "EXPR013", "count + 'x'", "string(x)"),
        ("input.starts_at + 3", "EXPR013", "input.starts_at + 3", "days(x)"),
        ("count && true", "EXPR013", "count", "bool"),
        ("foo(1)", "EXPR015", "foo(1)", "no function"),
        ("least(1, 2)", "EXPR015", "least(1, 2)", "math.least"),
        ("input.order_id.startWith('a')", "EXPR015", "input.order_id.startWith('a')", "startsWith"),
        ("startsWith('a', 'b')", "EXPR015", "startsWith('a', 'b')", "x.startsWith"),
        ("size(1)", "EXPR016", "size(1)", "it takes string"),
        ("days(1, 2)", "EXPR016", "days(1, 2)", "1 arguments, not 2"),
        ("Item{sku: 'a'}", "EXPR020", "Item{sku: 'a'}", "`quantity`, `price`"),
        ("Itme{sku: 'a'}", "EXPR020", "Itme{sku: 'a'}", "did you mean `Item`?"),
        ("[1, 'a']", "EXPR013", "'a'", "one type"),
        ("count ? 1 : 2", "EXPR013", "count", "bool"),
        ("input.items.sum(i, i.sku)", "EXPR013", "i.sku", "adds up numbers"),
        ("input.order_id.all(x, true)", "EXPR013", "input.order_id", "goes through a list"),
    ],
)
def test_findings(text: str, code: str, span: str, says: str) -> None:
    errors = checked(text).errors
    assert [(error.code, text[error.start : error.end]) for error in errors] == [(code, span)]
    assert says in f"{errors[0].message} {errors[0].help}"


@pytest.mark.parametrize(
    "text",
    [
        "input.company_id != null && size(input.company_id) > 1",
        "input.company_id == null || size(input.company_id) > 1",
        "!(input.company_id == null) && size(input.company_id) > 1",
        "has(input.company_id) && size(input.company_id) > 1",
        "input.company_id != null ? size(input.company_id) > 1 : false",
        "input.company_id == null ? false : size(input.company_id) > 1",
        "input.gift != null && input.gift.discount != null && input.gift.discount > 1",
        "input.company_id == input.order_id && size(input.company_id) > 1",
        "reserve != null && reserve.id != ''",
        "input.items.filter(i, i.discount != null && i.discount > 0) == []",
    ],
)
def test_guards_narrow(text: str) -> None:
    assert checked(text).errors == []


@pytest.mark.parametrize(
    "text",
    [
        "input.company_id != null || size(input.company_id) > 1",
        "input.company_id == null && size(input.company_id) > 1",
        "size(input.company_id) > 1 && input.company_id != null",
        "input.company_id != null ? true : size(input.company_id) > 1",
        "(input.company_id != null || input.b2b) && size(input.company_id) > 1",
    ],
)
def test_what_is_no_guard_does_not_narrow(text: str) -> None:
    assert [error.code for error in checked(text).errors] == ["EXPR012"]


def test_what_a_condition_makes_known() -> None:
    both = checked("input.company_id != null && input.gift != null")
    assert {"input.company_id", "input.gift"} <= both.when_true
    assert "input.company_id" not in both.when_false
    assert "input.company_id" in checked("input.company_id == null || input.b2b").when_false
    assert checked("input.gift != null || input.b2b").when_true == frozenset()


def test_known_paths_of_the_scope_count() -> None:
    scope = SCOPE.knowing({"input.company_id"})
    assert check(parse("size(input.company_id)"), scope).errors == []


@pytest.mark.parametrize(
    ("text", "expected", "resolved"),
    [
        ("paid", STATUS, '"paid"'),
        ("input.b2b ? paid : pending", STATUS, 'input.b2b ? "paid" : "pending"'),
        ("[paid]", ListType(STATUS), '["paid"]'),
        ("paid == input.status", None, '"paid" == input.status'),
        ("input.status in [paid, pending]", None, 'input.status in ["paid", "pending"]'),
        ("0.10", DECIMAL, 'decimal("0.10")'),
        ("count", DECIMAL, "decimal(count)"),
        ("1 / 3", DECIMAL, 'decimal("1") / decimal("3")'),
        ("total + 1 / 2", None, 'total + decimal("1") / decimal("2")'),
        ("total * (count / 2)", None, 'total * (count / decimal("2"))'),
        ("total + (count - 1)", None, "total + (count - 1)"),
        ("total + 7 % 2", DECIMAL, "total + 7 % 2"),
        ("total * 0.1", None, 'total * decimal("0.1")'),
        ("at(input.day, '09:00')", None, 'at(input.day, "09:00", tenant.timezone)'),
        (
            "{sku: 'a', quantity: 1, price: 2.5}",
            ITEM,
            'Item{sku: "a", quantity: 1, price: decimal("2.5")}',
        ),
    ],
)
def test_the_place_resolves_what_is_open(text: str, expected: Type | None, resolved: str) -> None:
    result = checked(text, expected)
    assert result.errors == []
    assert unparse(result.expr) == resolved


@pytest.mark.parametrize(
    ("text", "expected", "code"),
    [
        ("input.company_id", STRING, "EXPR012"),
        ("null", STRING, "EXPR013"),
        ("input.rating", DECIMAL, "EXPR018"),
        ("count", STRING, "EXPR013"),
        ("unpaid", STATUS, "EXPR014"),
        ("dispute_closed", STRING, "EXPR010"),
        ("input.order_id", DURATION, "EXPR013"),
    ],
)
def test_the_expected_type_is_held(text: str, expected: Type, code: str) -> None:
    assert [error.code for error in checked(text, expected).errors] == [code]


def test_checking_never_raises_on_nested_faults() -> None:
    result = checked("foo(inptu.x, [bar, 'a' + 1]).baz(later, x, -'a')[q] ? T{} : nope.all(x, y)")
    assert len(result.errors) > 5


def test_paths_and_roots() -> None:
    tree = parse("a.b.c + a.x[i.j].y + xs.sum(x, x.y + z) + (has(q.r) ? 1 : 2)")
    assert paths(tree) == {"a.b.c", "a.x", "i.j", "xs", "z", "q.r"}
    assert roots(tree) == {"a", "i", "xs", "z", "q"}


def test_assignable() -> None:
    assert assignable(EnumType(("paid",)), STATUS)
    assert not assignable(STATUS, EnumType(("paid",)))
    assert assignable(STATUS, STRING)
    assert not assignable(STRING, STATUS)
    assert assignable(STRING, OptionalType(STRING))
    assert not assignable(OptionalType(STRING), STRING)
    assert not assignable(DATE, DECIMAL)
    assert assignable(ListType(STATUS), ListType(STRING))
    assert assignable(INPUT, INPUT)


def test_types_are_shown_as_written() -> None:
    assert show(OptionalType(ListType(ITEM))) == "[Item]?"
    assert show(OptionalType(EnumType(("a", "b")))) == "(a | b)?"
    assert show(MapType(DECIMAL)) == "{string: decimal}"
