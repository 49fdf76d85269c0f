"""DATA001: a workflow id carries nothing confidential."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.rules.base import rule, top
from cityos_dsl.diagnostics import Finding, Related
from cityos_dsl.project import Project

OPEN = ("public", "internal")


@rule(
    "DATA001",
    "A workflow id carries confidential data",
    "Workflow ids stand in lists, links, logs and metrics, where everyone who operates the city reads them. Data of "
    "the classes confidential and restricted (architecture §7.1) has no place there.",
    bad="workflow_id: tenant:{tenant_id}:customer:{email}:kyc",
    good="workflow_id: tenant:{tenant_id}:customer:{customer_id}:kyc",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Look at the inputs that the id's pattern names."""
    fields = {decl.name: decl for decl in workflow.input}
    for name in re.findall(r"\{(\w+)\}", workflow.workflow_id):
        decl = fields.get(name)
        if decl is not None and decl.data_class not in OPEN:
            yield Finding(
                "DATA001",
                f"`{name}` is {decl.data_class}, and a workflow id is read by everyone who operates the city",
                top(workflow, project, "workflow_id"),
                "use an identifier that says nothing about the person",
                related=(Related(decl.span, f"declared {decl.data_class} here"),),
            )
