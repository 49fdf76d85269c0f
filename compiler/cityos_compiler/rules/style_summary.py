"""STYLE002: an operation says what it does."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler.rules.base import around_rule
from cityos_dsl.diagnostics import Finding, Severity
from cityos_dsl.project import Project


@around_rule(
    "STYLE002",
    "An operation without summary",
    "Diagrams, documents and the generated code say what an operation does in the words of its `summary:`.",
    bad="operations:\n  releaseStock: {effect: write, ...}",
    good="operations:\n  releaseStock: {summary: Give the goods back., effect: write, ...}",
    severity=Severity.WARNING,
)
def check(project: Project) -> Iterator[Finding]:
    """Look at operations, and at the variants that stand for some."""
    for models in project.operations.values():
        for model in models:
            if model.spec.summary is None:
                yield Finding(
                    "STYLE002",
                    f"nothing says what `{model.name}` does",
                    model.span,
                    "add a sentence: summary: ...",
                )
