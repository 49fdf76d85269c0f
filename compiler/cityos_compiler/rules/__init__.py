"""Rules over lowered workflows: one module a rule, found by import."""

from __future__ import annotations

import functools
import importlib
import pkgutil
from collections.abc import Iterator
from dataclasses import replace

from cityos_compiler.rules.base import INTERNAL, RULES, One, Rule, Whole
from cityos_dsl.diagnostics import Finding
from cityos_dsl.project import Project

__all__ = ["RULES", "One", "Rule", "Whole", "all_rules", "of_around", "of_one", "of_whole"]


@functools.cache
def _found() -> None:
    for module in pkgutil.iter_modules(__path__):
        importlib.import_module(f"{__name__}.{module.name}")


def all_rules() -> dict[str, Rule]:
    """Every rule by its code."""
    _found()
    return dict(sorted(RULES.items()))


def of_around(project: Project) -> list[Finding]:
    """What the rules find in everything but the workflows, each as severe as its rule says."""
    return [found for rule in all_rules().values() if rule.around for found in _severe(rule, rule.around(project))]


def of_one(one: One) -> list[Finding]:
    """What the rules find in one workflow."""
    return [found for rule in all_rules().values() if rule.each for found in _severe(rule, rule.each(one))]


def of_whole(whole: Whole) -> list[Finding]:
    """What the rules find in all workflows together."""
    return [found for rule in all_rules().values() if rule.whole for found in _severe(rule, rule.whole(whole))]


def _severe(rule: Rule, findings: Iterator[Finding]) -> Iterator[Finding]:
    for finding in findings:
        yield finding if finding.code == INTERNAL else replace(finding, severity=rule.severity)
