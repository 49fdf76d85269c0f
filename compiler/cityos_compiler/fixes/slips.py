"""When a word is a slip for another one, and for that one only."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import cached_property

from cityos_compiler.formatting.kinds import item_kind, keys_of, kind_at, value_kind
from cityos_dsl.diagnostics import Finding, Span
from cityos_dsl.source import Mapping, Node, Sequence, compose
from cityos_dsl.spec.documents import kind_of
from cityos_dsl.spec.steps import BARE_WORDS, STEP_KINDS

_WORD = re.compile(r"[A-Za-z_][\w-]*")


def is_slip(wrong: str, meant: str) -> bool:
    """Whether one letter is missing, too much, wrong or in its neighbour's place, or only case and dashes differ."""
    if wrong == meant:
        return False
    if _folded(wrong) == _folded(meant):
        return True
    start = next((i for i, (a, b) in enumerate(zip(wrong, meant, strict=False)) if a != b), min(len(wrong), len(meant)))
    a, b = wrong[start:], meant[start:]
    while a and b and a[-1] == b[-1]:
        a, b = a[:-1], b[:-1]
    return max(len(a), len(b)) == 1 or (len(a) == 2 and a == b[::-1])


def _folded(word: str) -> str:
    return re.sub(r"[^a-z0-9.]", "", word.lower())


class Candidates:
    """What a misspelt word of a project may have been meant to be."""

    def __init__(self, texts: dict[str, str]) -> None:
        self.texts = texts

    def is_obvious(self, finding: Finding, wrong: str, meant: str) -> bool:
        """Whether the word is a slip for what the finding says, and for nothing else that could stand there."""
        wrong, meant = wrong.rpartition(".")[2], meant.rpartition(".")[2]
        return {word for word in (meant, *self._of(finding)) if is_slip(wrong, word)} == {meant}

    def _of(self, finding: Finding) -> Iterable[str]:
        match finding.code:
            case "SPEC001":
                return self._keys(finding.span)
            case "SPEC005":
                return (*STEP_KINDS, *BARE_WORDS)
            case "SPEC004":
                return _WORD.findall(finding.message.rpartition("; not")[0])
            case "EXPR011" | "EXPR014":
                return _WORD.findall(finding.help or "")
            case _:
                return self._words

    @cached_property
    def _words(self) -> set[str]:
        """Every word of the project: whichever it is, it may have been meant."""
        return {word for text in self.texts.values() for word in _WORD.findall(text)}

    def _keys(self, span: Span) -> Iterable[str]:
        """The keys that the map with a key at that place may have."""
        root, _ = compose(span.file, self.texts[span.file])
        if root is None:
            return ()
        return keys_of(_owner(root, kind_at(kind_of(span.file.removeprefix("specs/")), root), span))


def _owner(node: Node, kind: object, span: Span) -> object:
    """The kind of the map that has a key at a place."""
    if isinstance(node, Sequence):
        found = (_owner(item, kind_at(item_kind(kind), item), span) for item in node.items)
        return next((owner for owner in found if owner is not None), None)
    if not isinstance(node, Mapping):
        return None
    if any(key.span == span for key, _ in node):
        return kind
    found = (_owner(value, value_kind(kind, key.text, value), span) for key, value in node)
    return next((owner for owner in found if owner is not None), None)
