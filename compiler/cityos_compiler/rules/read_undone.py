"""SAGA017: what only reads leaves nothing to undo."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.rules.base import rule, said
from cityos_dsl.diagnostics import Finding, Related
from cityos_dsl.project import Project


@rule(
    "SAGA017",
    "A read is undone",
    "A step whose operation only reads changes nothing, so that there is nothing to take back. Where its compensation "
    "is right, the operation's `effect:` is not - and then its retries, its lookup and its place before the pivot are "
    "not looked at as they should be.",
    bad="reserveStock: {effect: read, ...}\n# - do: reserveStock\n#   compensate: releaseStock",
    good="reserveStock: {effect: write, ...}\n# - do: reserveStock\n#   compensate: releaseStock",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Look for compensations of operations that read."""
    for step in ir.all_steps(workflow):
        if isinstance(step, ir.Do) and step.undo is not None and step.operation.effect == "read":
            yield Finding(
                "SAGA017",
                f"`{step.name}` only reads, and `{step.undo.operation.name}` has nothing to take back",
                said(workflow, project, step, "compensate"),
                f"take `compensate:` out, or give `{step.operation.name}` the effect that it has",
                related=(Related(step.operation.spec.effect.span, "it says that it reads"),),
            )
