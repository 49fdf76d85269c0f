"""A project in memory: checked again and again while its files are typed, never different from a full check.

What was read of a file is kept while its text stays; what all files but the workflows resolve to, while those stay;
what a workflow was lowered to and what the rules say of it, while that stays which it gets to see (`parts.py`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cityos_compiler import ir
from cityos_compiler.heads import Head
from cityos_compiler.lowering.values import Seen
from cityos_compiler.lowering.workflow import lower_workflow
from cityos_compiler.parts import Around, Part, Workflows, around_of
from cityos_compiler.passes import Checked, checked, heads_of
from cityos_dsl.diagnostics import Finding
from cityos_dsl.files import Unreadable, read_text
from cityos_dsl.project import Project, assemble, surroundings_of
from cityos_dsl.reading import ReadSpec, read_spec, spec_files, unread_spec
from cityos_dsl.source import uncollected
from cityos_dsl.spec import documents as d


@dataclass
class Lowered:
    """A workflow as it was lowered: from what it saw, and with its expressions."""

    saw: tuple[object, ...]
    workflow: ir.Workflow | None
    findings: list[Finding]
    seen: list[Seen]
    part: Part | None = None


@dataclass
class Workspace:
    """The specs of one project, by file."""

    root: Path
    texts: dict[str, str | None] = field(default_factory=dict)
    lowered: dict[str, Lowered] = field(default_factory=dict)
    _read: dict[str, ReadSpec] = field(default_factory=dict)
    _unread: dict[str, Unreadable] = field(default_factory=dict)
    """Why files have no text."""
    _around: tuple[list[ReadSpec], Project, Around] | None = None

    @classmethod
    def at(cls, root: Path) -> Workspace:
        """The project at a folder, as it stands on the disk."""
        workspace = cls(root)
        for path in spec_files(root):
            workspace.read_from_disk(path.relative_to(root).as_posix())
        return workspace

    def read_from_disk(self, file: str) -> None:
        """Take a file as it stands on the disk, where it may be gone."""
        path = self.root / file
        if path.is_file() or path.is_symlink():
            text = read_text(path)
            self.texts[file] = text if isinstance(text, str) else None
            if not isinstance(text, str):
                self._unread[file] = text
                self._read.pop(file, None)
        else:
            self.texts.pop(file, None)

    def spec(self, file: str) -> ReadSpec:
        """A file as it was read."""
        text = self.texts[file]
        kept = self._read.get(file)
        if kept is None or kept.text != text:
            kept = read_spec(file, text) if text is not None else unread_spec(file, self._unread[file])
            self._read[file] = kept
        return kept

    def check(self, texts: Mapping[str, str] | None = None) -> Checked:
        """Check the project, with other texts in place of some of its files where given."""
        own = self.texts
        self.texts = {**own, **(texts or {})}
        try:
            with uncollected():
                return self._check()
        finally:
            self.texts = own

    def _check(self) -> Checked:
        files = sorted(self.texts, key=lambda file: Path(file).parts)
        specs = [self.spec(file) for file in files if d.kind_of(file.removeprefix("specs/")) is not None]
        project, around = self._surroundings(specs)
        workflows = _Remembered(project, specs, self.lowered)
        return checked(assemble(self.root, specs, project), specs, around, workflows)

    def _surroundings(self, specs: list[ReadSpec]) -> tuple[Project, Around]:
        others = [spec for spec in specs if not spec.is_workflow]
        if self._around is None or not _same(self._around[0], others):
            project = surroundings_of(self.root, others)
            self._around = others, project, around_of(project, others)
            self.lowered.clear()
        return self._around[1:]


def _same(before: list[ReadSpec], now: list[ReadSpec]) -> bool:
    return len(before) == len(now) and all(a is b for a, b in zip(before, now, strict=True))


class _Remembered(Workflows):
    """Workflows of which those are left out that were lowered and checked before, and saw the same."""

    def __init__(self, around: Project, specs: list[ReadSpec], kept: dict[str, Lowered]) -> None:
        by_file = {spec.file: spec for spec in specs}
        super().__init__(around, heads_of(specs), by_file.__getitem__)
        self.kept = kept

    def lower(self, head: Head) -> tuple[ir.Workflow | None, list[Finding]]:
        """One workflow, as it was lowered before where that still holds."""
        known = self.kept.get(head.file)
        saw = self._sees(head)
        if known is None or known.saw != saw:
            seen: list[Seen] = []
            spec = self.spec(head.file)
            workflow, findings = lower_workflow(self.view(head.file), head.file, spec, self.output_of, seen)
            known = self.kept[head.file] = Lowered(saw, workflow, findings, seen)
        return known.workflow, known.findings

    def part(self, head: Head) -> Part:
        """What is found in one workflow, as it was found before where that still holds."""
        self.lowered(head)
        known = self.kept[head.file]
        if known.part is None:
            known.part = super().part(head)
        return known.part

    def _sees(self, head: Head) -> tuple[object, ...]:
        """What a workflow gets to see; the specs are the same where they are the same objects."""
        reach = self.heads.reach(head)
        return (*reach.names, *(self.spec(file) for file in reach.files))
