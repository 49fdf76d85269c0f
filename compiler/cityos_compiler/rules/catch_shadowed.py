"""FLOW013: a branch of `catch` can be taken."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.rules.base import rule
from cityos_dsl.diagnostics import Finding, Related
from cityos_dsl.project import Project


@rule(
    "FLOW013",
    "A `catch` that is never taken",
    "The branches of a `catch` are tried from the first to the last. One whose classes are all taken by branches "
    "before it, by `any` or by a group of classes, is never taken.",
    bad="catch:\n  any: [...]\n  PaymentDeclinedError: [...]",
    good="catch:\n  PaymentDeclinedError: [...]\n  any: [...]",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Look for classes that earlier branches take."""
    for step in ir.all_steps(workflow):
        taken: dict[str, ir.Catch] = {}
        for branch in step.catch if isinstance(step, ir.Do | ir.Group) else ():
            before = [taken.get(name) or taken.get("any") for name in branch.classes]
            if before and all(before):
                places = dict.fromkeys(one.place for one in before if one is not None)
                yield Finding(
                    "FLOW013",
                    f"nothing is left for this branch: {', '.join(f'`{name}`' for name in branch.classes)} "
                    "is taken before it",
                    branch.place,
                    "put it before the branch that takes more, or leave it out",
                    related=tuple(Related(place, "taken here") for place in places),
                )
            taken = {**dict.fromkeys(branch.classes, branch), **taken}
