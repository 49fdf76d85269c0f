"""IDEM002: a payment in a loop has a key of its own each time."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.rules.base import at, rule
from cityos_dsl.diagnostics import Finding
from cityos_dsl.project import Project


@rule(
    "IDEM002",
    "A payment that repeats needs a key",
    "In a `repeat` the same step charges again and again, and only its key tells a new charge from a repeated one. "
    "`key:` says what the charge is for - the cycle, the instalment's number - in words of the business, so that "
    "neither a continued run nor a changed spec charges twice.",
    bad="- repeat: cycles\n  steps:\n    - do: chargeCard",
    good="- repeat: cycles\n  steps:\n    - do: chargeCard\n      key: string(cycle)",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Look at money steps inside of `repeat`."""
    for loop in ir.all_steps(workflow):
        if not isinstance(loop, ir.Repeat):
            continue
        for step in ir.walk(loop.steps):
            if isinstance(step, ir.Do) and step.operation.effect == "money" and step.key is None:
                yield Finding(
                    "IDEM002",
                    f"`{step.name}` moves money in every pass of `{loop.name}`, and has no key",
                    at(step, workflow.file),
                    "add `key:` with what this payment is for, such as `key: string(cycle)`",
                )
