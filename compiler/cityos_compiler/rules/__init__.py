"""Rules over lowered workflows: one module a rule, found by import."""

from __future__ import annotations

import importlib
import pkgutil
from dataclasses import replace

from cityos_compiler import ir
from cityos_compiler.rules.base import INTERNAL, RULES, Rule, Whole
from cityos_dsl.diagnostics import Finding
from cityos_dsl.project import Project

__all__ = ["RULES", "Rule", "all_rules", "run_rules"]


def all_rules() -> dict[str, Rule]:
    """Every rule by its code."""
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")
    return dict(sorted(RULES.items()))


def run_rules(workflows: list[ir.Workflow], project: Project, *, alone: bool | None = None) -> list[Finding]:
    """All findings of all rules, each as severe as its rule says.

    ``alone`` narrows them to the rules that look at one workflow at a time, or to those that look at all together.
    """
    whole = Whole(tuple(workflows), project)
    return [
        finding if finding.code == INTERNAL else replace(finding, severity=rule.severity)
        for rule in all_rules().values()
        if alone is None or rule.alone is alone
        for finding in rule.run(whole)
    ]
