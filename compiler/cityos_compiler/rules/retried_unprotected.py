"""IDEM001: what is retried is protected from happening twice."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.policies import retry_of
from cityos_compiler.rules.base import rule
from cityos_dsl.diagnostics import Finding
from cityos_dsl.project import OperationModel, Project


@rule(
    "IDEM001",
    "A retry may do it twice",
    "An answer can be lost after the system has acted; the retry then acts again. An operation that writes or moves "
    "money says in `idempotency:` what protects it: a key header, a unique field, a look before, a check of the "
    "state, or that it is `natural` (doing it twice is doing it once). Without any it must not be retried.",
    bad="createOrder:\n  effect: write\n  request: POST /orders",
    good="createOrder:\n  effect: write\n  request: POST /orders\n  idempotency: {header: Idempotency-Key}",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Look at every operation that the workflow runs, its compensations too."""
    for step in ir.all_steps(workflow):
        if isinstance(step, ir.Do):
            yield from _unprotected(project, step.operation)
            if step.undo is not None:
                yield from _unprotected(project, step.undo.operation)


def _unprotected(project: Project, operation: OperationModel) -> Iterator[Finding]:
    attempts = retry_of(project, operation)["attempts"]
    if operation.effect in ("write", "money") and attempts != 1 and not operation.is_idempotent:
        yield Finding(
            "IDEM001",
            f"`{operation.name}` is tried up to {attempts or 'any number of'} times, and nothing keeps it "
            "from happening twice",
            operation.span,
            "add `idempotency: {header: <the system's key header>}`, or another strategy, "
            "or a retry policy of one attempt",
        )
