"""Every example of docs/expressions.md gives what stands beside it, and the limits are those of the code."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from cityos_dsl.expr import functions, limits
from cityos_dsl.expr.cel.check import check
from cityos_dsl.expr.cel.evaluate import evaluate
from cityos_dsl.expr.cel.strings import quote
from cityos_dsl.expr.cel.values import Map
from cityos_dsl.expr.check import check as check_spec
from cityos_dsl.expr.errors import EvaluationError
from cityos_dsl.expr.evaluate import evaluate as evaluate_in_spec
from cityos_dsl.expr.parse import parse
from cityos_dsl.expr.scope import Scope

TEXT = (Path(__file__).parents[2] / "docs" / "expressions.md").read_text(encoding="utf-8")
LINE = re.compile(r"(.+?)\s+// (.+)")


def examples(kind: str) -> list[tuple[str, str]]:
    """The lines of the blocks of that kind, with what should come of them."""
    blocks = re.findall(rf"```{kind}\n(.*?)```", TEXT, re.DOTALL)
    lines = [LINE.fullmatch(line) for block in blocks for line in block.splitlines()]
    return [(line[1], line[2]) for line in lines if line is not None]


def shown(value: Any) -> str:
    """A value of the whole language as a literal."""
    if isinstance(value, str):
        return quote(value)
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, list):
        return f"[{', '.join(map(shown, value))}]"
    if isinstance(value, Map):
        return "{" + ", ".join(f"{shown(key)}: {shown(each)}" for key, each in value.items()) + "}"
    return repr(value)


@pytest.mark.parametrize(("text", "says"), examples("cel"))
def test_the_whole_language(text: str, says: str) -> None:
    mistakes = check(parse(text)).errors
    if mistakes:
        assert f"mistake: {mistakes[0].message}" == says
        return
    try:
        assert shown(evaluate(parse(text), {})) == says
    except EvaluationError as error:
        assert f"error: {error.kind}" == says


@pytest.mark.parametrize(("text", "says"), examples("spec"))
def test_the_profile_of_specs(text: str, says: str) -> None:
    checked = check_spec(parse(text), Scope({}))
    assert [error.message for error in checked.errors] == []
    try:
        assert functions.string(evaluate_in_spec(checked.expr, {})) == says
    except EvaluationError as error:
        assert f"error: {error.kind}" == says


def test_there_are_examples_of_both() -> None:
    assert len(examples("cel")) > 15 and len(examples("spec")) > 10


def test_the_limits_are_those_of_the_code() -> None:
    stated = [int(number.replace(",", "")) for number in re.findall(r"\| ([\d,]+) \|", TEXT)]
    assert stated == [
        limits.MAX_LENGTH,
        limits.MAX_DEPTH,
        limits.MAX_EXPONENT,
        limits.MAX_SIZE,
        limits.MAX_STEPS,
        limits.MAX_PATTERN,
    ]
