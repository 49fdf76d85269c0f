"""QUERY001: every field that a query promises is filled."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.rules.base import mention, rule
from cityos_dsl.diagnostics import Finding
from cityos_dsl.expr import types as t
from cityos_dsl.project import Project


@rule(
    "QUERY001",
    "A query that can't be answered in full",
    "A field of a query that isn't written is filled from the input of the same name. A field that the contract "
    "promises, and that is neither written nor an input, would be null, and who asks doesn't expect that.",
    bad="queries:\n  getOrderProgress: {order_id: input.order_id}        # and the status?",
    good="queries:\n  getOrderProgress: {order_id: input.order_id, status: order_status}",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Compare the contract with what is written and with the input."""
    inputs = {decl.name: decl.full_type for decl in workflow.input}
    for query in workflow.queries:
        written = {name for name, _ in query.fields}
        missing = [
            f.name
            for f in query.model.result.fields
            if f.name not in written and not isinstance(f.type, t.OptionalType) and not _fits(inputs.get(f.name), f)
        ]
        if missing:
            names = " and ".join(f"`{name}`" for name in missing)
            yield Finding(
                "QUERY001",
                f"nothing fills {names} of `{query.model.name}`",
                mention(workflow, project, {query.model.name}),
                f"write it: {missing[0]}: <an expression>",
            )


def _fits(given: t.Type | None, field: t.Field) -> bool:
    return given is not None and t.assignable(given, field.type)
