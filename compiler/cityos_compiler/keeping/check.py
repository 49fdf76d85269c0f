"""A check that keeps its parts, and takes those of the last one that still hold.

A workflow's part holds while these are the same: the code that checks, the specs of the workflow and of those that it
has to know, and what it asked of what is around all of them. Of each a digest is kept with the part.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from cityos_compiler.findings.cache import AROUND, PARTS, Cache, Linted, code, digest_of
from cityos_compiler.heads import Head, Heads, Reach, head_of
from cityos_compiler.keeping.pickled import dumps, loads
from cityos_compiler.keeping.shelf import Digests, Shelved, shelved, unshelved
from cityos_compiler.parts import Around, Asked, Part, Workflows, around_of
from cityos_compiler.passes import joined
from cityos_dsl.files import Source, text_of
from cityos_dsl.project import Project, surroundings_of
from cityos_dsl.reading import ReadSpec, read_source
from cityos_dsl.source import uncollected
from cityos_dsl.spec import documents as d


@dataclass(frozen=True, slots=True)
class Kept:
    """A workflow's part, and what it was made from."""

    spec: bytes
    reach: bytes
    asked: bytes
    """What it asked for, as bytes: it is only needed where something around it has changed."""
    answered: bytes
    part: bytes


@dataclass(frozen=True, slots=True)
class State:
    """What a check leaves to the next one."""

    code: bytes = b""
    around: str = ""
    found_around: bytes = b""
    workflows: Mapping[str, Kept] = field(default_factory=dict)


def check_sources(root: Path, sources: Mapping[str, Source], cache: Cache | None) -> Linted:
    """What is found in the specs of a project, given as the bytes of its files in their order."""
    with uncollected():
        return _Check(root, sources, cache).run()


class _Check:
    def __init__(self, root: Path, sources: Mapping[str, Source], cache: Cache | None) -> None:
        self.root = root
        self.sources = {file: data for file, data in sources.items() if _kind(file) is not None}
        self.cache = cache
        self.digests = {file: digest_of(data) for file, data in self.sources.items()}
        self.workflows = [file for file in self.sources if _kind(file) is d.Workflow]
        self.others = [file for file in self.sources if _kind(file) is not d.Workflow]
        self.around_key = self._digest(self.others, code()).hex()
        state = cache.get(PARTS, PARTS) if cache is not None else None
        self.before = state if isinstance(state, State) and state.code == code() else State()
        self.is_same_around = self.before.around == self.around_key
        self.read: dict[str, ReadSpec] = {}
        self.after: dict[str, Kept] = {}

    def run(self) -> Linted:
        known = {file: self._known(file) for file in self.workflows}
        heads = Heads(part.head for part in known.values() if part.head is not None)
        reaches = {head.file: heads.reach(head) for head in heads.all}
        parts = [known[head.file] for head in heads.all]
        changed = [head for head in heads.all if not self._holds(head.file, reaches[head.file])]
        if changed:
            made = self._checked(changed, heads, reaches)
            parts = [made.get(head.file, known[head.file]) for head in heads.all]
        unread = [part for part in known.values() if part.head is None]
        texts = {file: text for file, data in self.sources.items() if isinstance(text := text_of(data), str)}
        findings = joined(self.around, [*parts, *unread], texts)
        self._keep()
        return Linted(findings, list(texts))

    def _known(self, file: str) -> Part:
        """What is known of a workflow without looking at anything else: all of its part, or its head at least."""
        kept = self.before.workflows.get(file)
        if kept is not None and kept.spec == self.digests[file]:
            part = loads(kept.part)
            assert isinstance(part, Part)
            return part
        spec = self._read(file)
        return Part(spec.findings, head_of(file, spec.document) if isinstance(spec.document, d.Workflow) else None)

    def _holds(self, file: str, reach: Reach) -> bool:
        """Whether what was kept of a workflow still holds; if so, it is kept on."""
        kept = self.before.workflows.get(file)
        if kept is None or kept.reach != self._reached(reach):
            return False
        if not self.is_same_around and self.answers.of(loads(kept.asked)) != kept.answered:
            return False
        self.after[file] = kept
        return True

    def _checked(self, changed: list[Head], heads: Heads, reaches: Mapping[str, Reach]) -> dict[str, Part]:
        """The parts of workflows, made anew. Each is let go of when none of the others has to know it."""
        workflows = Workflows(self.project, heads, self._read)
        waiting = Counter(file for head in changed for file in reaches[head.file].files)
        made = {}
        for head in changed:
            made[head.file] = workflows.part(head)
            self._note(head.file, made[head.file], reaches[head.file], workflows.asked)
            for file in reaches[head.file].files:
                waiting[file] -= 1
                if not waiting[file]:
                    workflows.forget(file)
                    self.read.pop(file, None)
        return made

    def _note(self, file: str, part: Part, reach: Reach, asked: Mapping[str, Asked]) -> None:
        if self.cache is None:
            return
        every = sorted(set[tuple[str, str]]().union(*(asked.get(other, ()) for other in reach.files)))
        self.after[file] = Kept(
            self.digests[file], self._reached(reach), dumps(every), self.answers.of(every), dumps(part)
        )

    @cached_property
    def around(self) -> Around:
        """What is found around the workflows."""
        if self.is_same_around:
            around = loads(self.before.found_around)
            assert isinstance(around, Around)
            return around
        return around_of(self._resolved, [self._read(file) for file in self.others])

    @cached_property
    def shelves(self) -> Shelved:
        """What is around the workflows, as it is kept."""
        kept = self.cache.get(AROUND, self.around_key) if self.cache is not None else None
        if isinstance(kept, Shelved):
            return kept
        made = shelved(self._resolved)
        if self.cache is not None:
            self.cache.put(AROUND, self.around_key, made)
        return made

    @cached_property
    def answers(self) -> Digests:
        """What is answered to workflows that ask."""
        return Digests(self.shelves)

    @property
    def project(self) -> Project:
        """What is around the workflows: as it was read, or read again from what was kept."""
        return unshelved(self.shelves, self.root) if self.is_same_around else self._resolved

    @cached_property
    def _resolved(self) -> Project:
        return surroundings_of(self.root, [self._read(file) for file in self.others])

    def _read(self, file: str) -> ReadSpec:
        if file not in self.read:
            self.read[file] = read_source(file, self.sources[file])
        return self.read[file]

    def _reached(self, reach: Reach) -> bytes:
        return self._digest(reach.files, "\n".join(reach.names).encode())

    def _digest(self, files: Iterable[str], more: bytes) -> bytes:
        """What stands for the content of files, and something more."""
        whole = hashlib.sha256(b"%d %s" % (len(more), more))
        for file in files:
            whole.update(b"%d %s" % (len(file), file.encode()) + self.digests[file])
        return whole.digest()

    def _keep(self) -> None:
        if self.cache is None:
            return
        found = self.before.found_around if self.is_same_around else dumps(self.around)
        self.cache.put(PARTS, PARTS, State(code(), self.around_key, found, self.after))


def _kind(file: str) -> type | None:
    return d.kind_of(file.removeprefix("specs/"))
