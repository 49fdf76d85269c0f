"""Rules over lowered workflows: one module a rule, found by import."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import replace

from cityos_compiler import ir
from cityos_compiler.rules.base import RULES, Rule, top
from cityos_dsl.diagnostics import Finding
from cityos_dsl.project import Project

__all__ = ["RULES", "Rule", "all_rules", "run_rules"]


def all_rules() -> dict[str, Rule]:
    """Every rule by its code."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return dict(sorted(RULES.items()))


def run_rules(workflows: list[ir.Workflow], project: Project) -> list[Finding]:
    """All findings of all rules, each as severe as its rule says."""
    return [
        finding if finding.code == "INTERNAL001" else replace(finding, severity=rule.severity)
        for rule in all_rules().values()
        for workflow in workflows
        for finding in _checked(rule, workflow, project)
    ]


def _checked(rule: Rule, workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """A rule's findings; one that fails is a finding itself, and hides no other."""
    try:
        yield from rule.check(workflow, project)
    except Exception as error:  # a mistake of ours, whichever it is, must not end the user's run
        message = f"the rule {rule.code} failed with {type(error).__name__}: {error}"
        yield Finding("INTERNAL001", message, top(workflow, project, "id"), "a mistake of cityosc: please report it")
