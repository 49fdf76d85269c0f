"""Text to tree, and back."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cityos_dsl.expr.ast import Binary, Has, Index, Literal, Macro, Name, RecordOf, Select
from cityos_dsl.expr.errors import ExprError
from cityos_dsl.expr.parse import _parse, parse, unparse


def test_operators_bind_as_in_cel() -> None:
    assert parse("a || b && c == d + e * -f") == parse("a || (b && (c == (d + (e * (-f)))))")
    assert parse("a - b - c") == Binary("-", Binary("-", Name("a"), Name("b")), Name("c"))
    assert parse("a ? b : c ? d : e") == parse("a ? b : (c ? d : e)")


def test_the_kinds_of_primary_expressions() -> None:
    assert parse("a.?b") == Select(Name("a"), "b", True)
    assert parse("m[?k]") == Index(Name("m"), Name("k"), True)
    assert parse("has(a.b)") == Has(Name("a"), "b")
    assert parse("xs.all(x, x)") == Macro(Name("xs"), "all", "x", (Name("x"),))
    assert parse("T{a: b}") == RecordOf("T", (("a", Name("b")),))
    assert parse("a ? [b] : c") == parse("a ? ([b]) : c")


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("7d", timedelta(days=7)),
        ("72h", timedelta(hours=72)),
        ("1h30m", timedelta(minutes=90)),
        ("2w", timedelta(weeks=2)),
        ("250ms", timedelta(milliseconds=250)),
        ("0x1F", 31),
        ("-9223372036854775808", -(2**63)),
        ("1.5e3", 1500.0),
        (r"'a\n\u270c'", "a\n✌"),
        (r"r'a\n'", r"a\n"),
        ('"""a"b"""', 'a"b'),
        (r"b'\xff'", b"\xff"),
    ],
)
def test_literals(text: str, value: object) -> None:
    node = parse(text)
    assert isinstance(node, Literal)
    assert node.value == value


def test_positions_are_offsets_into_the_text() -> None:
    node = parse("input.a + size(input.list)")
    assert isinstance(node, Binary)
    assert (node.left.start, node.left.end) == (0, 7)
    assert (node.right.start, node.right.end) == (10, 26)


@pytest.mark.parametrize(
    ("text", "code", "span", "says"),
    [
        ("a ?? b", "EXPR001", "??", "default(a, b)"),
        ("a?.b", "EXPR001", "?.", "a.?b"),
        ("a and b", "EXPR001", "and", "&&"),
        ("a = b", "EXPR001", "=", "=="),
        ("not a", "EXPR001", "a", "!x"),
        ("'abc", "EXPR001", "'", "close"),
        ("7days", "EXPR001", "7days", "7d"),
        ("a +", "EXPR001", "+", None),
        ("f(a, b", "EXPR001", "b", None),
        ("", "EXPR001", "", None),
        ("9223372036854775808", "EXPR003", "9223372036854775808", None),
        (r"'\q'", "EXPR003", r"'\q'", None),
        ("has(a)", "EXPR001", "has(a)", None),
        ("xs.map(1, 2)", "EXPR001", "1", "map(x"),
    ],
)
def test_what_is_no_expression_says_so_at_its_place(text: str, code: str, span: str, says: str | None) -> None:
    with pytest.raises(ExprError) as caught:
        parse(text)
    error = caught.value
    assert (error.code, text[error.start : error.end]) == (code, span)
    assert says is None or says in (error.help or "")


@pytest.mark.parametrize("text", ["!" * 150 + "x", "[" * 150 + "]" * 150, "a" + "+a" * 150, " " * 10_001 + "a"])
def test_size_is_bounded(text: str) -> None:
    with pytest.raises(ExprError) as caught:
        parse(text)
    assert caught.value.code == "EXPR002"


def test_ninety_nested_parts_are_read_and_written() -> None:
    text = "[" * 90 + "]" * 90
    assert unparse(parse(text)) == text


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("(a+b)*c", "(a + b) * c"),
        ("((a))+(b*c)", "a + b * c"),
        ("a-(b-c)", "a - (b - c)"),
        ("(a?b:c)?d:e", "(a ? b : c) ? d : e"),
        ("(-1).x", "(-1).x"),
        ("- -1", "--1"),
        ("!(a==b)", "!(a == b)"),
        ("{'a' : 1}", '{"a": 1}'),
        ("0.10", "0.10"),
    ],
)
def test_written_with_the_parentheses_it_needs(text: str, written: str) -> None:
    assert unparse(parse(text)) == written
    assert parse(written) == parse(text)


def test_importing_loads_no_parser() -> None:
    modules = "parse, check, evaluate, to_python, types, scope"
    code = f"import sys; from cityos_dsl.expr import {modules}; print('lark' in sys.modules)"
    result = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert result.stdout.strip() == "False"


@given(st.lists(st.from_regex(r"[A-Za-z_][A-Za-z0-9_]{0,8}", fullmatch=True), min_size=1, max_size=6).map(".".join))
def test_a_plain_path_is_what_the_grammar_says(text: str) -> None:
    try:
        expected: object = repr(_parse(text))
    except ExprError as error:
        expected = (error.code, error.start, error.end)
    try:
        found: object = repr(parse(text))
    except ExprError as error:
        found = (error.code, error.start, error.end)
    assert found == expected
