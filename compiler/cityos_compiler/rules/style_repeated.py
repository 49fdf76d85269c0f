"""STYLE004: a value that stands in four places has a name."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.dataflow.held import Level
from cityos_compiler.dataflow.takers import place
from cityos_compiler.rules.base import rule
from cityos_dsl.diagnostics import Finding, Related, Severity, Span
from cityos_dsl.expr import ast
from cityos_dsl.project import Project

OFTEN = 4
ROUND = {10.0, 12.0, 24.0, 60.0, 100.0, 1000.0}
"""Numbers that are what they are, and stand for nothing else."""


@rule(
    "STYLE004",
    "The same value in four places",
    "Who changes a deadline or a rate in one place has to know of the others. Under `constants:` it stands once, and "
    "its name says what it is. Single digits and round numbers don't count.",
    bad="- await: awaitPayment\n  for: 72h\n- await: awaitProof\n  for: 72h\n- await: awaitAnswer\n  for: 72h\n"
    "- await: awaitReturn\n  for: 72h",
    good="constants:\n  patience: 72h\nsteps:\n  - await: awaitPayment\n    for: patience",
    severity=Severity.WARNING,
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Count the durations and numbers in the expressions of the flow."""
    found: dict[tuple[str, str], dict[Span, None]] = {}
    for expr in ir.expressions((workflow.meanwhile, workflow.steps, workflow.last)):
        for literal in _literals(expr.checked.expr):
            where = place(expr, Level(start=literal.start, end=literal.end))
            found.setdefault((literal.kind, literal.text or str(literal.value)), {})[where] = None
    for (_, text), places in found.items():
        if len(places) >= OFTEN:
            first, *others = sorted(places)
            yield Finding(
                "STYLE004",
                f"`{text}` stands in {len(places)} places",
                first,
                f"give it a name: constants: {{<its name>: {text}}}",
                related=tuple(Related(span, "here as well") for span in others),
            )


def _literals(node: ast.Expr) -> Iterator[ast.Literal]:
    if isinstance(node, ast.Literal) and (node.kind == "duration" or _tells(node)):
        yield node
    for child in ast.children(node):
        yield from _literals(child)


def _tells(node: ast.Literal) -> bool:
    """Whether a number says something by itself: a rate, a threshold."""
    if node.kind not in ("int", "decimal", "double"):
        return False
    value = float(str(node.value))
    return value not in ROUND and (value >= 10 or not value.is_integer())
