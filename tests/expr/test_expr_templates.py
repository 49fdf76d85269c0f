"""Text with expressions inside, taken apart."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cityos_dsl.expr.errors import ExprError
from cityos_dsl.expr.templates import Placeholder, parts, placeholders, split_outside


@pytest.mark.parametrize(
    ("text", "expressions"),
    [
        ("no expression", []),
        ("${ a }/${b}", [" a ", "b"]),
        ("${ {'a': {'b': 1}}[x] } and ${ y }", [" {'a': {'b': 1}}[x] ", " y "]),
        ("${ '}' + \"{\" }", [" '}' + \"{\" "]),
        (r"${ 'it\'s }' }", [r" 'it\'s }' "]),
        (r"${ r'\' }}", [r" r'\' "]),
        ("${ '''a}'b''' }", [" '''a}'b''' "]),
        ("${ it's }", [" it's "]),
        ("costs $5 {not this}", []),
    ],
)
def test_braces_and_quotes_do_not_end_an_expression(text: str, expressions: list[str]) -> None:
    assert [place.text for place in placeholders(text)] == expressions


def test_what_nothing_closes_is_a_finding_at_its_place() -> None:
    with pytest.raises(ExprError) as raised:
        list(placeholders("a ${ b } c ${ {'d': 1} "))
    assert (raised.value.code, raised.value.start, raised.value.end) == ("EXPR001", 11, 13)


def test_a_mark_inside_of_an_expression_does_not_split() -> None:
    assert split_outside("/a/${ b ? 'c?' : d }/e?f=1?", "?") == ("/a/${ b ? 'c?' : d }/e", "f=1?")
    assert split_outside("/a/${ b ? c : d }", "?") == ("/a/${ b ? c : d }", "")


@given(st.lists(st.sampled_from(["a", "${", "}", "{", "'", '"', " ", "\\", "r'", "?"])).map("".join))
def test_the_parts_are_the_text_again(text: str) -> None:
    try:
        found = parts(text)
    except ExprError:
        return
    written = ["${" + part.text + "}" if isinstance(part, Placeholder) else part for part in found]
    assert "".join(written) == text
