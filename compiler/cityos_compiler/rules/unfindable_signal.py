"""SIGNAL001: a signal that a workflow waits for can find it."""

from __future__ import annotations

import fnmatch
import re
from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.rules.base import mention, rule
from cityos_dsl.diagnostics import Finding
from cityos_dsl.project import Project


@rule(
    "SIGNAL001",
    "A signal can't find its workflow",
    "A webhook knows the payment or the delivery, not the workflow's id. Either the payload has every field of "
    "the workflow id, or `receives:` says which of its fields holds a value of this workflow.",
    bad="- await: awaitCapture\n  signals: {payment.intent.captured: []}",
    good="receives:\n  payment.intent.*: {payment_intent_id: input.payment.payment_intent_id}",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Compare what is accepted with what is received and with the id's own fields."""
    parts = set(re.findall(r"\{(\w+)\}", workflow.workflow_id)) - {"tenant_id"}
    patterns = [address.signal for address in workflow.receives]
    for model in workflow.signals:
        names = (model.name, *model.aliases)
        listed = any(fnmatch.fnmatchcase(name, pattern) for name in names for pattern in patterns)
        if not listed and not parts <= {f.name for f in model.payload.fields}:
            yield Finding(
                "SIGNAL001",
                f"nothing says how `{model.name}` finds this workflow",
                mention(workflow, project, set(names)),
                f"add it to `receives:`, such as {model.name}: {{<its field>: input.<yours>}}",
            )
