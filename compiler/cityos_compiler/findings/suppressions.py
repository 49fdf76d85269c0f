"""`# cityosc: ignore[SAGA001] why`: a rule's finding held back at one place, for a reason."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from cityos_compiler.findings.lines import Comment, comments, lines_of
from cityos_compiler.findings.settings import unswitchable
from cityos_dsl.diagnostics import Finding, Span
from cityos_dsl.source import Scalar

MARK = "cityosc:"
_MARKED = re.compile(r"#\s*cityosc:\s*(?P<rest>.*)")
_IGNORE = re.compile(r"ignore\[(?P<codes>[^\]]*)\](?P<reason>.*)")
_FORM = "# cityosc: ignore[SAGA001] why that is right here"


@dataclass(frozen=True, slots=True)
class Suppression:
    """One code of one comment, and the lines whose findings it holds back."""

    code: Scalar
    lines: tuple[int, ...]


def suppressions(texts: Mapping[str, str]) -> tuple[list[Suppression], list[Finding]]:
    """All suppressions of a project, and what is wrong with them."""
    found: list[Suppression] = []
    wrong: list[Finding] = []
    for file, text in texts.items():
        if MARK not in text:
            continue
        alone = {}
        marked = []
        for comment in comments(text):
            if comment.alone:
                alone[comment.line] = comment
            if _MARKED.match(comment.text):
                marked.append(comment)
        for comment in marked:
            read, mistakes = _read(file, comment, _reach(comment, alone, lines_of(text)))
            found += read
            wrong += mistakes
    return found, wrong


def _reach(comment: Comment, alone: Mapping[int, Comment], lines: list[str]) -> tuple[int, ...]:
    """Its own line; and where nothing else stands on it, the next one that isn't a comment."""
    if not comment.alone:
        return (comment.line,)
    line = comment.line + 1
    while line in alone or (line < len(lines) and not lines[line - 1].strip()):
        line += 1
    return comment.line, line


def _read(file: str, comment: Comment, lines: tuple[int, ...]) -> tuple[list[Suppression], list[Finding]]:
    whole = Span(file, comment.line, comment.column, comment.line, comment.column + len(comment.text.rstrip()))
    said = _IGNORE.search(comment.text)
    marked = _MARKED.match(comment.text)
    if said is None or marked is None or said.start() != marked.start("rest"):
        return [], [Finding("LINT003", "this is no suppression", whole, _FORM)]
    codes = list(_codes(file, comment, said))
    wrong = [finding for code in codes for finding in unswitchable(code)]
    if not codes:
        wrong.append(Finding("LINT003", "this suppression names no code", whole, _FORM))
    elif not re.search(r"\w", said["reason"]):
        wrong.append(Finding("LINT003", "this suppression gives no reason", whole, _FORM))
    refused = {finding.span for finding in wrong}
    return [Suppression(code, lines) for code in codes if code.span not in refused], wrong


def _codes(file: str, comment: Comment, said: re.Match[str]) -> Iterator[Scalar]:
    for word in re.finditer(r"[^\s,]+", said["codes"]):
        column = comment.column + said.start("codes") + word.start()
        yield Scalar(word[0], Span(file, comment.line, column, comment.line, column + len(word[0])))
