"""What is wrong with an expression: its text (`ExprError`), or its evaluation (`EvaluationError`)."""

from __future__ import annotations

CODES: dict[str, str] = {
    "EXPR001": "the text is not an expression",
    "EXPR002": "the expression is too long or too deeply nested",
    "EXPR003": "a literal cannot be read",
    "EXPR010": "unknown name",
    "EXPR011": "unknown field",
    "EXPR012": "a value that may be missing is used as if it were there",
    "EXPR013": "types do not fit",
    "EXPR014": "not a member of the enumeration",
    "EXPR015": "unknown function",
    "EXPR016": "arguments do not fit the function",
    "EXPR017": "a name is both a variable and a member of the enumeration",
    "EXPR018": "money and floating point are mixed",
    "EXPR019": "a name that cannot be used here",
    "EXPR020": "a record is built wrongly",
    "EXPR021": "CEL has it, specs do not",
    "EXPR022": "a part that can't be meant",
}
"""Every code with its title; messages say the particulars."""


class ExprError(Exception):
    """A finding in an expression; `start` and `end` are offsets into the expression's text."""

    def __init__(self, code: str, message: str, start: int, end: int, help: str | None = None) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.start = start
        self.end = end
        self.help = help

    def __repr__(self) -> str:
        return f"ExprError({self.code!r}, {self.message!r}, {self.start}, {self.end})"


class EvaluationError(Exception):
    """An expression that has no value, such as a division by zero; programs compare its `kind`."""

    def __init__(self, kind: str, message: str, start: int | None = None, end: int | None = None) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.start = start
        self.end = end
