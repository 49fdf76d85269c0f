"""YAML's syntax errors in words that say what to do.

The reader gives up where it can't go on, which is often a line below the mistake: the lines above tell more.
"""

from __future__ import annotations

import re

_VALUE_WITH_COLON = re.compile(r":\s+[^'\"\[{#|>][^#]*:(\s|$)")
_WORD_WITHOUT_COLON = re.compile(r"^\s*(-\s+)?[A-Za-z_][\w.]*(\s+[^:#]+)?\s*(#.*)?$")
_TEXT_AFTER_QUOTE = re.compile(r"""[:-]\s+(".*"|'.*')\s+[^\s#]""")
_CURES = {
    "cannot start any token": "put quotes around a value that begins with `@`, `%` or a backtick",
    "undefined alias": "put quotes around a value that begins with `*`",
    "block sequence entries are not allowed": "a list begins on the line after its key",
}


def cure(text: str, line_number: int, problem: str, context: str = "", opened: int = 0) -> str | None:
    """What to do about a syntax error.

    Args:
        text: the whole document.
        line_number: where the reader gave up, from 1.
        problem: libyaml's words.
        context: what libyaml was doing.
        opened: the line where the thing began that it was reading, from 1.
    """
    lines = text.splitlines()
    line = lines[line_number - 1] if line_number <= len(lines) else ""
    if "single document" in problem + context:
        return "one spec a file: remove the `---`"
    if "mapping values are not allowed" in problem:
        return _misplaced_value(lines, line_number, line)
    if _TEXT_AFTER_QUOTE.search(line):
        return "nothing may follow a closing quote: put the whole value into quotes"
    if "expected '-' indicator" in problem or "expected key" in problem:
        return _misplaced_line(lines, line_number)
    if "unexpected end of stream" in problem or "expected ',' or" in problem:
        return f"the quote or bracket opened in line {opened} is not closed"
    if "expected ':'" in problem:
        return f"line {opened} has no `:` after its key; a text of several lines needs `>-` after its key, or quotes"
    return next((help_text for words, help_text in _CURES.items() if words in problem), None)


def _misplaced_value(lines: list[str], number: int, line: str) -> str:
    if _VALUE_WITH_COLON.search(line):
        return "put quotes around a value that contains `: `"
    above, place = _above(lines, number)
    if _WORD_WITHOUT_COLON.match(above):
        if above.lstrip().startswith("- ") and " " not in above.strip()[2:].strip():
            word = above.strip()[2:].strip()
            return f"a step with something beside it begins with its word, as in `- do: {word}` (line {place})"
        return f"line {place} has no `:` after its key"
    return _misplaced_line(lines, number)


def _misplaced_line(lines: list[str], number: int) -> str:
    above, place = _above(lines, number)
    return (
        f"the entries of a list or map begin in one column: line {number} doesn't fit to line {place}"
        if above
        else "the entries of a list or map begin in one column"
    )


def _above(lines: list[str], number: int) -> tuple[str, int]:
    """The nearest line above that isn't empty or a comment, and its number."""
    for place in range(min(number - 1, len(lines)), 0, -1):
        if lines[place - 1].strip() and not lines[place - 1].lstrip().startswith("#"):
            return lines[place - 1], place
    return "", 0
