"""IDEM005: a key in a loop says which pass it is for."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.rules.base import rule, said
from cityos_dsl.diagnostics import Finding, Related, Severity
from cityos_dsl.project import Project

ALWAYS_OTHER = frozenset({"pass", "round", "signal", "event"})


@rule(
    "IDEM005",
    "One key for all passes",
    "`key:` says what a call is for, so that each pass is a call of its own and a repeated one is not. A key that "
    "reads nothing which changes from pass to pass says the same for all of them.",
    bad="- repeat: cycles\n  steps:\n    - do: chargeCard\n      key: input.subscription_id",
    good="- repeat: cycles\n  steps:\n    - do: chargeCard\n      key: string(cycle)",
    severity=Severity.WARNING,
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Look at the keys of steps in loops, each in its innermost loop."""
    beside = _assigned([step for block in ir.beside(workflow.meanwhile) for step in ir.walk(block)])
    seen: set[int] = set()
    for loop in reversed(ir.all_steps(workflow)):  # inner loops come behind the ones around them
        if not isinstance(loop, ir.Repeat | ir.ForEach):
            continue
        inside = [step for block in ir.children(loop) for step in ir.walk(block)]
        changing = ALWAYS_OTHER | beside | _assigned(inside) | {step.name for step in inside}
        changing |= {local.name for local in loop.locals} | ({loop.item} if isinstance(loop, ir.ForEach) else set())
        for step in inside:
            if not isinstance(step, ir.Do) or step.key is None or id(step) in seen:
                continue
            seen.add(id(step))
            if not set(step.key.names) & changing and "now(" not in step.key.text:
                yield Finding(
                    "IDEM005",
                    f"`{step.key.text}` is the same in every pass of `{loop.name}`",
                    said(workflow, project, step, "key"),
                    "say what this pass is for, such as `string(pass)`",
                    related=(Related(loop.span, "the loop"),),
                )


def _assigned(steps: list[ir.Step]) -> set[str]:
    """The state that steps assign."""
    return {one.variable for step in steps if isinstance(step, ir.Set) for one in step.assignments}
