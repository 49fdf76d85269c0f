"""Expressions of the bindings, over what is known about a call."""

from __future__ import annotations

from typing import Any

from cityos_dsl.expr.ast import Name
from cityos_dsl.expr.errors import EvaluationError
from cityos_dsl.expr.evaluate import evaluate
from cityos_dsl.expr.parse import parse
from cityos_dsl.expr.templates import Placeholder, parts


def calculate(text: str, env: dict[str, Any]) -> Any:
    """The value of an expression. A name that nothing has stands for itself, as members of enums do."""
    expr = parse(text)
    if isinstance(expr, Name) and expr.name not in env:
        return expr.name
    return evaluate(expr, env)


def holds(text: str, env: dict[str, Any]) -> bool:
    """Whether a condition holds; one over a field that the answer doesn't have does not."""
    try:
        return calculate(text, env) is True
    except EvaluationError:
        return False


def render(template: Any, env: dict[str, Any]) -> Any:
    """The template with its expressions evaluated. Fields without a value are left out."""
    if isinstance(template, str):
        return _value_or_none(template, env)
    if isinstance(template, dict):
        fields = {name: render(value, env) for name, value in template.items()}
        return {name: value for name, value in fields.items() if value is not None}
    if isinstance(template, list):
        return [render(value, env) for value in template]
    return template


def _value_or_none(text: str, env: dict[str, Any]) -> Any:
    """Optional inputs are null, and what is read from them is absent as well."""
    try:
        return calculate(text, env)
    except EvaluationError as error:
        if error.kind == "no_such_field":
            return None
        raise


def fill(text: str, env: dict[str, Any]) -> str:
    """Text with `${ expression }` inside."""
    return "".join(
        str(calculate(part.text.strip(), env)) if isinstance(part, Placeholder) else part for part in parts(text)
    )
