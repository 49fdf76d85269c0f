"""What to say about a text that is not an expression."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from cityos_dsl.expr.errors import ExprError

if TYPE_CHECKING:
    from lark.exceptions import UnexpectedInput

_FOREIGN: dict[str, tuple[str, str]] = {
    "??": ("`??` is not part of the language", "write `default(a, b)`: a, or b where a is missing"),
    "?.": ("`?.` is not part of the language", "write `a.?b`: b, or null where it is absent"),
    "&": ("`&` is not an operator", "write `&&` for and"),
    "|": ("`|` is not an operator", "write `||` for or"),
    "=": ("`=` is not an operator", "write `==` to compare"),
    "'": ("the text has no closing quote", "close it with `'`"),
    '"': ("the text has no closing quote", 'close it with `"`'),
    "$": ("`${ }` belongs into text, not into an expression", "write the expression alone"),
    ";": ("an expression is one value; there is no `;`", "leave it out"),
}
_WORDS: dict[str, str] = {"and": "&&", "or": "||", "is": "==", "AND": "&&", "OR": "||"}
_WORD = re.compile(r"[A-Za-z_]\w*")
_CHAINED = re.compile(r"(?<=[\w\])])\?\.(?=[A-Za-z_])")


_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_IN_WORDS = re.compile(
    rf"\s*(\d+|an?|{'|'.join(_NUMBERS)})\s*(s|secs?|seconds?|m|mins?|minutes?|h|hrs?|hours?|d|days?|w|weeks?)\s*",
    re.IGNORECASE,
)


def wrong_before_parsing(text: str) -> ExprError | None:
    """What needs no parser to be found."""
    if not text.strip():
        return ExprError("EXPR001", "the expression is empty", 0, len(text))
    spoken = _IN_WORDS.fullmatch(text)
    if spoken is not None and not re.fullmatch(r"\s*\d+[smhdw]\s*", text):
        written = f"{_number(spoken[1].lower())}{spoken[2][0].lower()}"
        message = f"`{text.strip()}` is not how a duration is written"
        return ExprError("EXPR001", message, 0, len(text), f"write `{written}`")
    return None


def _number(word: str) -> int:
    if word.isdigit():
        return int(word)
    return _NUMBERS.index(word) + 1 if word in _NUMBERS else 1


def explain(error: UnexpectedInput, text: str) -> ExprError:
    """The parser's complaint in the words of the language."""
    at = error.pos_in_stream
    ended = getattr(getattr(error, "token", None), "type", None) == "$END"
    if ended or at is None or not 0 <= at < len(text):
        stripped = len(text.rstrip())
        chained = _CHAINED.search(text)
        if chained is not None:  # `a ? .b` is the beginning of a conditional
            message, help = _FOREIGN["?."]
            return ExprError("EXPR001", message, chained.start(), chained.end(), help)
        return ExprError("EXPR001", "the expression ends too early", max(stripped - 1, 0), stripped)
    for foreign, (message, help) in _FOREIGN.items():
        if text.startswith(foreign, at):
            return ExprError("EXPR001", message, at, at + len(foreign), help)
    if text[at] in ".?" and at and text[at - 1] == "?":
        message, help = _FOREIGN["?" + text[at]]
        return ExprError("EXPR001", message, at - 1, at + 1, help)
    word = _WORD.match(text, at)
    if word is None:
        number = re.compile(r"\d\w*").match(text, at)
        end = number.end() if number else at + 1
        help = "a duration is written 7d, 72h, 15m, 30s or 2w" if number and not text[at:end].isdigit() else None
        return ExprError("EXPR001", f"`{text[at:end]}` is not expected here", at, end, help)
    if word[0] in _WORDS:
        return ExprError("EXPR001", f"`{word[0]}` is not an operator", at, word.end(), f"write `{_WORDS[word[0]]}`")
    before = text[:at].rstrip()
    help = "write `!x`" if before.endswith("not") else None
    return ExprError("EXPR001", f"`{word[0]}` is not expected here", at, word.end(), help)
