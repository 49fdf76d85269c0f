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

MAX_STEPS = 100_000
"""How many elements the macros of one evaluation may visit, all together."""

MAX_EXPONENT = 9_999
"""The exponent of a floating point literal."""

MAX_PATTERN = 1_000
"""Characters of a regular expression."""


class Budget:
    """How many elements the macros of one evaluation may still visit."""

    def __init__(self) -> None:
        self.left = MAX_STEPS

    def spend(self) -> None:
        """One element more; raises `EvaluationError` beyond `MAX_STEPS`."""
        self.left -= 1
        if self.left < 0:
            raise EvaluationError("too_long", f"the macros visit more than {MAX_STEPS} elements")


UNRECOVERABLE = frozenset({"too_long", "too_large"})
"""Kinds of errors that no `||` passes over: a limit is a limit."""


def sized(size: int) -> None:
    """Raises `EvaluationError` where a value would grow beyond `MAX_SIZE`."""
    if size > MAX_SIZE:
        raise EvaluationError("too_large", f"a value of {size} characters or items; at most {MAX_SIZE} are allowed")
