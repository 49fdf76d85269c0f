"""STYLE005: what is declared is used."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.rules.base import rule
from cityos_dsl.diagnostics import Finding, Severity
from cityos_dsl.expr.check import roots
from cityos_dsl.project import Project


@rule(
    "STYLE005",
    "State or a constant that nothing reads",
    "A variable that is set and never read, or a constant that stands nowhere, says something that isn't so. Inputs "
    "are no matter of this: who starts the workflow gives them, whether they are read or not.",
    bad="state:\n  attempts: {type: int, init: 0}     # set below, read nowhere",
    good="queries:\n  getOrderProgress: {attempts: attempts}",
    severity=Severity.WARNING,
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Compare what is declared with what expressions read."""
    read = {name for expr in ir.expressions(workflow) for name in roots(expr.checked.expr)}
    for kind, locals_ in (("state variable", workflow.state), ("constant", workflow.constants)):
        for local in locals_:
            if local.name not in read and local.span is not None:
                yield Finding("STYLE005", f"nothing reads the {kind} `{local.name}`", local.span, "leave it out")
