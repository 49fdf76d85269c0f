"""How much one expression may be, hold and do; more is refused with an error."""

from __future__ import annotations

from cityos_dsl.expr.errors import EvaluationError

INT_MIN, INT_MAX = -(2**63), 2**63 - 1
UINT_MAX = 2**64 - 1

MAX_LENGTH = 10_000
"""Characters of an expression's text."""

MAX_DEPTH = 100
"""How deep the parts of an expression may stand within each other."""

MAX_SIZE = 10_000_000
"""Characters, bytes or items that an expression may put into one value."""

MAX_STEPS = 1_000_000
"""How many elements the macros of one evaluation may visit, all together."""

MAX_PATTERN = 1_000
"""Characters of a regular expression."""


def sized(size: int) -> None:
    """Raises `EvaluationError` where a value would grow beyond `MAX_SIZE`."""
    if size > MAX_SIZE:
        raise EvaluationError("too_large", f"a value of {size} characters or items; at most {MAX_SIZE} are allowed")
