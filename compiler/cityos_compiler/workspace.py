"""A project in memory: checked again and again while its files are typed, never different from a full check.

What was read of a file is kept while its text stays; what all files but the workflows resolve to, while those stay;
what a workflow was lowered to and what the rules say of it, while it and the heads of the others stay.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cityos_compiler import ir
from cityos_compiler.lowering.values import Seen
from cityos_compiler.lowering.workflow import Workflows, lower, lower_workflow
from cityos_compiler.passes import Checked, check_systems, checked
from cityos_compiler.rules import run_rules
from cityos_dsl.diagnostics import Finding
from cityos_dsl.expr import types as t
from cityos_dsl.project import Project, assemble, surroundings_of
from cityos_dsl.reading import ReadSpec, Unreadable, read_spec, read_text, spec_files, unread_spec
from cityos_dsl.source import Node, Scalar, Sequence, uncollected
from cityos_dsl.spec import documents as d


@dataclass
class Lowered:
    """A workflow as it was lowered: from which spec, with which outputs of others, and its expressions."""

    spec: d.Workflow
    workflow: ir.Workflow | None
    findings: list[Finding]
    asked: dict[str, t.Type | None]
    seen: list[Seen]
    of_rules: list[Finding] | None = None


@dataclass
class Workspace:
    """The specs of one project, by file."""

    root: Path
    texts: dict[str, str | None] = field(default_factory=dict)
    lowered: dict[str, Lowered] = field(default_factory=dict)
    _read: dict[str, ReadSpec] = field(default_factory=dict)
    _unread: dict[str, Unreadable] = field(default_factory=dict)
    """Why files have no text."""
    _around: tuple[list[ReadSpec], Project, list[Finding]] | None = None
    _heads: object = None
    _together: tuple[dict[str, str | None], list[Finding]] = field(default_factory=lambda: ({}, []))
    """What the rules over all workflows together found last, and in which texts."""

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

    def check(self, texts: Mapping[str, str] | None = None, *, settled: bool = True) -> Checked:
        """Check the project, with other texts in place of some of its files where given.

        While it isn't ``settled``, what the rules over all workflows together found last stands for what they would
        find, but for the files that have changed since.
        """
        own = self.texts
        self.texts = {**own, **(texts or {})}
        try:
            with uncollected():
                return self._check(settled)
        finally:
            self.texts = own

    def _check(self, settled: bool) -> Checked:
        files = sorted(self.texts, key=lambda file: Path(file).parts)
        specs = [self.spec(file) for file in files if d.kind_of(file.removeprefix("specs/")) is not None]
        around, of_systems = self._surroundings(specs)
        project = assemble(self.root, specs, around)
        self._forget_where_heads_changed(project)
        one_by_one = _Remembered(project, self.lowered)
        lowered = lower(project, one_by_one)
        of_rules = [
            finding
            for workflow in lowered.workflows
            for finding in self._of_rules(self.lowered[workflow.file], project)
        ]
        if settled:
            self._together = (self.texts, run_rules(lowered.workflows, project, alone=False))
        then, together = self._together
        of_rules += [f for f in together if settled or then.get(f.span.file) == self.texts.get(f.span.file)]
        return checked(project, of_systems, lowered, sorted(of_rules, key=lambda finding: finding.code))

    def _surroundings(self, specs: list[ReadSpec]) -> tuple[Project, list[Finding]]:
        """What all files but the workflows resolve to, and what is wrong with the systems among them."""
        others = [spec for spec in specs if not spec.is_workflow]
        if self._around is None or not _same(self._around[0], others):
            around = surroundings_of(self.root, others)
            self._around = others, around, check_systems(around)
            self.lowered.clear()
        return self._around[1:]

    def _forget_where_heads_changed(self, project: Project) -> None:
        """Rules look at the heads of other workflows, and so does a workflow that calls or starts one."""
        heads = [(file, [spec.node.get(key) for key in _HEAD]) for file, spec in project.workflows]
        if heads != self._heads:
            self.lowered = {file: kept for file, kept in self.lowered.items() if not _names_others(kept.spec.node)}
            for kept in self.lowered.values():
                kept.of_rules = None
        self._heads = heads

    def _of_rules(self, lowered: Lowered, project: Project) -> list[Finding]:
        if lowered.of_rules is None and lowered.workflow is not None:
            lowered.of_rules = run_rules([lowered.workflow], project, alone=True)
        return lowered.of_rules or []


_HEAD = ("id", "workflow", "task_queue", "workflow_id", "trigger", "input")


def _names_others(node: Node) -> bool:
    """Whether a step calls or starts a workflow."""
    if isinstance(node, Sequence):
        return any(_names_others(item) for item in node.items)
    if isinstance(node, Scalar):
        return False
    return any(key.text in ("call", "start") or _names_others(value) for key, value in node)


def _same(before: list[ReadSpec], now: list[ReadSpec]) -> bool:
    return len(before) == len(now) and all(a is b for a, b in zip(before, now, strict=True))


class _Remembered(Workflows):
    """Lowering that leaves out what was lowered before from the same spec, with the same outputs of others."""

    def __init__(self, project: Project, kept: dict[str, Lowered]) -> None:
        super().__init__(project)
        self.kept = kept

    def lowered(self, file: str, spec: d.Workflow) -> tuple[ir.Workflow | None, list[Finding]]:
        """One workflow, as it was lowered before where that still holds."""
        known = self.kept.get(file)
        if (
            known is None
            or known.spec is not spec
            or any(self.output_of(name) != output for name, output in known.asked.items())
        ):
            asked: dict[str, t.Type | None] = {}
            seen: list[Seen] = []

            def output_of(name: str) -> t.Type | None:
                asked[name] = self.output_of(name)
                return asked[name]

            workflow, findings = lower_workflow(self.project, file, spec, output_of, seen)
            known = self.kept[file] = Lowered(spec, workflow, findings, asked, seen)
        return known.workflow, known.findings
