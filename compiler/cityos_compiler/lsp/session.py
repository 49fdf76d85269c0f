"""A project that is open in an editor: its files as they are typed, and what is found in them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from cityos_compiler.fixes.nearest import with_fixes
from cityos_compiler.lowering.values import Seen
from cityos_compiler.passes import Checked
from cityos_compiler.workspace import Workspace
from cityos_dsl.diagnostics import Finding
from cityos_dsl.project import Project


@dataclass
class Session:
    """One project, checked after every change."""

    workspace: Workspace
    checked: Checked
    shown: dict[str, list[Finding]] = field(default_factory=dict)
    """The findings that the editor has, by file."""
    opened: set[str] = field(default_factory=set)

    @classmethod
    def at(cls, root: Path) -> Session:
        """The project at a folder."""
        workspace = Workspace.at(root)
        return cls(workspace, workspace.check())

    @property
    def project(self) -> Project:
        """The project as it stands."""
        return self.checked.project

    def text(self, file: str) -> str:
        """A file as it is typed; empty where there is none."""
        return self.workspace.texts.get(file) or ""

    def seen(self, file: str) -> list[Seen]:
        """The expressions of a workflow. Of one that can't be read just now: as they were last."""
        lowered = self.workspace.lowered.get(file)
        return lowered.seen if lowered is not None else []

    def file_of(self, path: Path) -> str | None:
        """A path as the project calls it; None outside of its specs."""
        specs = self.workspace.root / "specs"
        if path.suffix != ".yaml" or not path.is_relative_to(specs):
            return None
        return path.relative_to(self.workspace.root).as_posix()

    def change(self, file: str, text: str) -> None:
        """Take what was typed."""
        self.opened.add(file)
        if self.workspace.texts.get(file) != text:
            self.workspace.texts[file] = text
            self.checked = self.workspace.check()

    def reread(self, file: str, *, closed: bool = False) -> None:
        """Take a file from the disk, unless the editor has it open."""
        if closed:
            self.opened.discard(file)
        if file not in self.opened:
            self.workspace.read_from_disk(file)
            self.checked = self.workspace.check()

    def news(self) -> dict[str, list[Finding]]:
        """The findings of the files where they are others than the editor has."""
        found: dict[str, list[Finding]] = {file: [] for file in self.shown}
        for finding in self.checked.findings:
            found.setdefault(finding.span.file, []).append(finding)
        news = {file: findings for file, findings in found.items() if self.shown.get(file) != findings}
        self.shown = {file: findings for file, findings in found.items() if findings}
        return news

    def mended(self, file: str) -> list[Finding]:
        """The findings of a file, with their fixes."""
        return with_fixes([f for f in self.checked.findings if f.span.file == file], self.project.texts)
