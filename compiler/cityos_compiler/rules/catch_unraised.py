"""FLOW014: what a `catch` takes can be raised."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.flow.raised import raised
from cityos_compiler.rules.base import rule
from cityos_dsl.diagnostics import Finding, Related
from cityos_dsl.project import Project


@rule(
    "FLOW014",
    "A `catch` of what can't be raised",
    "An operation fails with the classes that the matchers of its system name (`errors:`), with those of the signals "
    "that complete it, and with the ones that any system may cause: no connection, no answer in time, a refused input. "
    "A branch for none of these is never taken; perhaps the matcher is missing.",
    bad="- do: checkStock\n  catch:\n    FraudDetectedError: [...]        # the shop has no matcher for it",
    good="# specs/systems/shop.yaml\nerrors:\n  - {if: \"body.code == 'fraud'\", error: FraudDetectedError}",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Compare the branches of single steps with what their operations can fail with."""
    for step in ir.all_steps(workflow):
        if not isinstance(step, ir.Do):
            continue
        known = raised(step.operation)
        for branch in step.catch:
            if branch.classes and "any" not in branch.classes and known.isdisjoint(branch.classes):
                names = " nor ".join(f"`{name}`" for name in branch.classes)
                yield Finding(
                    "FLOW014",
                    f"`{step.operation.name}` never fails with {names}",
                    branch.place,
                    f"add a matcher to the errors of `{step.operation.system}`, or leave the branch out",
                    related=(Related(step.operation.span, "the operation"),),
                )
