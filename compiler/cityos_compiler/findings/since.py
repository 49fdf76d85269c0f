"""What a change can affect: the changed specs, those that name what they declare, and so on.

Names are followed as words. That finds too much rather than too little: a word may mean something else where it stands.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from cityos_compiler.findings.git import changed_specs
from cityos_compiler.findings.lines import lines_of
from cityos_dsl import source
from cityos_dsl.fields import camel
from cityos_dsl.files import Source

#: What every spec depends on without naming it.
_EVERYWHERE = ("specs/cityos.yaml", "specs/errors.yaml")
_WORKFLOWS = "specs/workflows/"
_MESSAGES = ("specs/signals/", "specs/events")
_SECTIONS = ("types", "signals", "queries", "events", "operations")
_NAMED = re.compile(r"""^(?:id|workflow):\s*["']?([\w-]+)""", re.MULTILINE)
_WORD = re.compile(r"WF-\d+|[A-Za-z_][\w.]*\*?")


@dataclass(frozen=True)
class Part:
    """A part of a spec that others can name: a type, a signal, an operation; or a whole workflow."""

    file: str
    names: frozenset[str]
    text: str

    def mentions(self, names: Iterable[str]) -> bool:
        """Whether one of the names stands in it."""
        words = _words(self.text)
        prefixes = tuple(word[:-1] for word in words if word.endswith("*"))
        return any(name in words or (prefixes and name.startswith(prefixes)) for name in names)


def affected(root: Path, sources: Mapping[str, Source], ref: str) -> set[str]:
    """The specs whose findings a change since ``ref`` can have changed.

    Raises GitError where git can't say what has changed.
    """
    now = {file: data.decode("utf-8", "replace") if isinstance(data, bytes) else "" for file, data in sources.items()}
    return reach(changed_specs(root, ref), now)


def reach(before: Mapping[str, str | None], now: Mapping[str, str]) -> set[str]:
    """The specs that changes can affect: ``before`` has the old texts of changed specs, ``now`` all as they are."""
    if any(file in _EVERYWHERE for file in before):
        return set(now)
    parts = [part for file, text in now.items() for part in _parts(file, text)]
    messages = {name for part in parts if part.file.startswith(_MESSAGES) for name in part.names}
    names: set[str] = set()
    for file, old in before.items():
        names |= _changed(file, old or "", now.get(file, ""), messages)
    reached = set(before)
    fresh = names
    while fresh:  # what names something that has changed has changed itself
        found = [part for part in parts if part.mentions(fresh)]
        reached |= {part.file for part in found}
        parts = [part for part in parts if part not in found]
        fresh = {name for part in found for name in part.names} - names
        names |= fresh
    return reached


def _changed(file: str, old: str, new: str, messages: set[str]) -> set[str]:
    """The names whose meaning differs between two texts of a spec."""
    before, after = list(_parts(file, old)), list(_parts(file, new))
    if not file.startswith(_WORKFLOWS) and _rest(before, old) == _rest(after, new):
        known = {part.text for part in before} & {part.text for part in after}
        return {name for part in (*before, *after) if part.text not in known for name in part.names}
    names = {name for part in (*before, *after) for name in part.names}
    # Workflows meet in their messages: who waits for one, who sends it, who else is started by it.
    return names | (_words(old + "\n" + new) & messages) if file.startswith(_WORKFLOWS) else names


def _rest(parts: list[Part], text: str) -> str:
    """What stands in a spec beside its parts: a system's connection means something for each of its operations."""
    for part in parts:
        text = text.replace(part.text, "", 1)
    return text


def _parts(file: str, text: str) -> Iterator[Part]:
    if file.startswith(_WORKFLOWS):
        yield Part(file, frozenset(_NAMED.findall(text)), text)
        return
    node, _ = source.compose(file, text)
    if not isinstance(node, source.Mapping):
        yield Part(file, frozenset(), text)
    else:
        lines = lines_of(text)
        for section, entries in node:
            if isinstance(entries, source.Mapping) and section.text in _SECTIONS:
                yield from _entries(file, entries, lines)


def _entries(file: str, entries: source.Mapping, lines: list[str]) -> Iterator[Part]:
    starts = [key.span.line - 1 for key, _ in entries]
    ends = [*starts[1:], entries.span.end_line - (1 if entries.span.end_column == 1 else 0)]
    for (key, entry), start, end in zip(entries, starts, ends, strict=True):
        aliases = entry.get("aliases") if isinstance(entry, source.Mapping) else None
        also = [item.text for item in getattr(aliases, "items", ()) if isinstance(item, source.Scalar)]
        yield Part(file, frozenset({key.text, camel(key.text), *also}), "\n".join(lines[start : max(end, start + 1)]))


def _words(text: str) -> set[str]:
    words = set(_WORD.findall(text))
    return words | {part for word in words if "." in word for part in word.split(".") if part != "*"}
