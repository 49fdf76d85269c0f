"""TENANT002: the id of another workflow begins with the tenant as well."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.rules.base import rule
from cityos_dsl.diagnostics import Finding
from cityos_dsl.project import Project

BEGINNINGS = ("tenant:{tenant_id}:", "scheduled:")


@rule(
    "TENANT002",
    "Another's id without its tenant",
    "A workflow that is called, started or signalled under an id without the tenant could be another tenant's. All ids "
    "begin with the tenant (architecture §8.2), or with `scheduled:`.",
    bad="- signal: customer.noticed\n  to: customer:{customer_id}:reminder",
    good="- signal: customer.noticed\n  to: tenant:{tenant_id}:customer:{customer_id}:reminder",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Look at `to:` of signals, and at the ids of children that have one of their own."""
    for step in ir.all_steps(workflow):
        if not isinstance(step, ir.SendSignal | ir.Child) or step.id_place is None:
            continue
        pattern = step.to if isinstance(step, ir.SendSignal) else step.workflow_id
        if not pattern.startswith(BEGINNINGS):
            yield Finding(
                "TENANT002",
                f"the id `{pattern}` doesn't begin with the tenant",
                step.id_place,
                f"begin it with {BEGINNINGS[0]}",
            )
