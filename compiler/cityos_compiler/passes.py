"""The way through: text, project, IR, findings. Each pass is a function from data to data and findings."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from cityos_compiler import ir
from cityos_compiler.findings.policy import reported
from cityos_compiler.lowering.bindings import check_bindings
from cityos_compiler.lowering.causes import surely_unknown
from cityos_compiler.lowering.models import check_models
from cityos_compiler.lowering.workflow import Lowered, lower
from cityos_compiler.rules import run_rules
from cityos_dsl.diagnostics import Finding, Severity
from cityos_dsl.project import Project, load
from cityos_dsl.source import uncollected


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
        project = load(root)
        lowered = lower(project)
        return checked(project, check_systems(project), lowered, run_rules(lowered.workflows, project))


def check_systems(project: Project) -> list[Finding]:
    """What is wrong with how systems are spoken and what they keep; no workflow has a say in it."""
    return [*check_bindings(project), *check_models(project)]


def checked(project: Project, of_systems: list[Finding], lowered: Lowered, of_rules: list[Finding]) -> Checked:
    """What was found, as it is reported: each mistake once, as the project's settings and suppressions say."""
    around = surely_unknown(project, [*project.findings, *of_systems])
    found = [*around, *lowered.findings, *of_rules]
    return Checked(project, lowered.workflows, reported(found, project))
