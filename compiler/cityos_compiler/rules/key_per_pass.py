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
    "In a `repeat`, or in a `meanwhile` branch whose signal comes again, the same step charges again and again, and "
    "only its key tells a new charge from a repeated one. `key:` says what the charge is for - the cycle, the "
    "instalment's number - in words of the business, so that neither a continued run nor a changed spec charges twice.",
    bad="- repeat: cycles\n  steps:\n    - do: chargeCard",
    good="- repeat: cycles\n  steps:\n    - do: chargeCard\n      key: string(cycle)",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Look at money steps inside of `repeat`, and beside a flow that goes on after them."""
    for name, block in _repeating(workflow):
        for step in ir.walk(block):
            if isinstance(step, ir.Do) and step.operation.effect == "money" and step.key is None:
                yield Finding(
                    "IDEM002",
                    f"`{step.name}` moves money in every pass of {name}, and has no key",
                    at(step, workflow.file),
                    "add `key:` with what this payment is for, such as `key: string(cycle)`",
                )


def _repeating(workflow: ir.Workflow) -> Iterator[tuple[str, ir.Block]]:
    """What is done again and again, and what does it."""
    beside = list(ir.beside(workflow.meanwhile))
    for step in ir.all_steps(workflow):
        if isinstance(step, ir.Repeat):
            yield f"`{step.name}`", step.steps
        meanwhile = getattr(step, "meanwhile", None)
        beside += ir.beside(meanwhile) if isinstance(meanwhile, ir.Meanwhile) else []
    for block in beside:
        if not (block and isinstance(block[-1], ir.Return | ir.Fail | ir.Leave | ir.Next)):
            yield "a `meanwhile` branch, as often as its signal comes", block
