"""STYLE003: what is wired by name isn't written as well."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.rules.base import rule
from cityos_dsl.diagnostics import Finding, Severity
from cityos_dsl.project import Project


@rule(
    "STYLE003",
    "An input that is filled by name anyway",
    "An operation's required inputs are filled by name. An input or a variable that is written out for the field "
    "of its own name hides what is special about the step. `cityosc explain <workflow>` shows what a step gets.",
    bad="- do: createDelivery\n  with: {order_id: input.order_id}",
    good="- do: createDelivery",
    severity=Severity.WARNING,
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Look at the inputs that lowering found needless."""
    for step in ir.all_steps(workflow):
        if isinstance(step, ir.Do):
            for name, value in step.inputs:
                if name in step.needless and isinstance(value, ir.Expr) and value.text in (name, f"input.{name}"):
                    yield Finding(
                        "STYLE003",
                        f"`{name}` would be `{value.text}` anyway",
                        value.source.span,
                        "leave it out: it is filled by name",
                    )
