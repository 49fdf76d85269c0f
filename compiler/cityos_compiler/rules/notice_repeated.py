"""IDEM006: a notice that is retried is sent once."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.policies import retry_of
from cityos_compiler.rules.base import rule
from cityos_dsl.diagnostics import Finding, Severity
from cityos_dsl.project import Project


@rule(
    "IDEM006",
    "A notice may be sent twice",
    "An answer can be lost after the message has gone out; the retry then sends it again, and a customer reads three "
    "times that the parcel is late. A notice says in `idempotency:` what keeps it single, or that twice is once "
    "(`natural`).",
    bad="sendReminder:\n  effect: notify\n  request: POST /messages",
    good="sendReminder:\n  effect: notify\n  request: POST /messages\n  idempotency: {body_field: message_key}",
    severity=Severity.WARNING,
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Look at the notices that the workflow sends."""
    for step in ir.all_steps(workflow):
        if not isinstance(step, ir.Do) or step.operation.effect != "notify" or step.operation.is_idempotent:
            continue
        attempts = retry_of(project, step.operation)["attempts"]
        if attempts != 1:
            yield Finding(
                "IDEM006",
                f"`{step.operation.name}` is sent up to {attempts or 'any number of'} times where answers are lost",
                step.operation.span,
                "add `idempotency:`, or a retry policy of one attempt",
            )
