"""The way through: text, project, IR, findings. Each pass is a function from data to data and findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cityos_compiler import ir
from cityos_compiler.findings.policy import reported
from cityos_compiler.heads import Head, Heads, head_of
from cityos_compiler.lowering.causes import Causes
from cityos_compiler.parts import Around, Part, Workflows, around_of
from cityos_compiler.rules import Whole, of_whole
from cityos_dsl.diagnostics import Finding, Severity, did_you_mean
from cityos_dsl.project import Project, assemble, named_twice, surroundings_of
from cityos_dsl.reading import ReadSpec, read_specs
from cityos_dsl.source import uncollected
from cityos_dsl.spec import documents as d


@dataclass
class Checked:
    """A project that was read, lowered and checked."""

    project: Project
    workflows: list[ir.Workflow] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)

    @property
    def has_errors(self) -> bool:
        """True where something must be mended before it compiles."""
        return any(finding.severity is Severity.ERROR for finding in self.findings)


def check(root: Path) -> Checked:
    """Read and check the project at ``root``."""
    with uncollected():
        specs = read_specs(root)
        others = [spec for spec in specs if not spec.is_workflow]
        project = surroundings_of(root, others)
        by_file = {spec.file: spec for spec in specs}
        workflows = Workflows(project, heads_of(specs), by_file.__getitem__)
        return checked(assemble(root, specs, project), specs, around_of(project, others), workflows)


def heads_of(specs: Sequence[ReadSpec]) -> Heads:
    """The heads of the workflows among the specs that could be read."""
    return Heads(head_of(spec.file, spec.document) for spec in specs if isinstance(spec.document, d.Workflow))


def checked(project: Project, specs: Sequence[ReadSpec], around: Around, workflows: Workflows) -> Checked:
    """A project with all its workflows, and what is found in them."""
    parts = [workflows.part(head) for head in workflows.heads.all]
    unread = [Part(spec.findings) for spec in specs if spec.is_workflow and not isinstance(spec.document, d.Workflow)]
    lowered = [workflow for head in workflows.heads.all for workflow in workflows.lowered(head)[:1] if workflow]
    return Checked(project, lowered, joined(around, [*parts, *unread], project.texts))


def joined(around: Around, parts: Sequence[Part], texts: Mapping[str, str]) -> list[Finding]:
    """What is found in a project, as it is reported: each mistake once, as its settings and suppressions say.

    The parts of workflows stand in the order of the workflows' ids.
    """
    heads = tuple(part.head for part in parts if part.head is not None)
    outlines = tuple(part.outline for part in parts if part.outline is not None)
    twice = named_twice((head.id, head.name) for head in heads)
    written = [*around.read, *(finding for part in parts for finding in part.read), *around.resolved, *twice]
    causes = Causes(written, texts)
    found = causes.surely_unknown([*written, *around.checked, *_unwanted(around, heads)])
    for part in parts:
        if part.head is not None:
            found += causes.first(part.head.file, part.lowered)
    whole = Whole(heads, outlines, around.starts, not written and len(outlines) == len(heads))
    of_rules = [*around.of_rules, *(finding for part in parts for finding in part.of_rules), *of_whole(whole)]
    found += sorted(of_rules, key=lambda finding: finding.code)
    return reported(found, around.lint, texts)


def _unwanted(around: Around, heads: Sequence[Head]) -> list[Finding]:
    """What an event says about its workflows names workflows that it starts."""
    wanted: dict[str, list[str]] = {}
    for head in heads:
        for name in head.events:
            wanted.setdefault(name, []).append(head.id.text)
    return [
        Finding("NAME011", f"`{event}` starts no workflow `{named.text}`", named.span,
                did_you_mean(named.text, wanted.get(event, ()), "it starts"))
        for event, starts in around.starts.items()
        for named in starts
        if named.text not in wanted.get(event, ())
    ]  # fmt: skip
