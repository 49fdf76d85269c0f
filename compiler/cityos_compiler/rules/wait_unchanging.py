"""WAIT010: what a wait waits for can come about."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.flow.changing import at_any_time
from cityos_compiler.flow.constants import reads_the_clock
from cityos_compiler.rules.base import rule
from cityos_dsl.diagnostics import Finding
from cityos_dsl.project import Project


@rule(
    "WAIT010",
    "A wait for what nothing changes",
    "While a workflow waits, only what is done beside it changes its state: branches under `meanwhile:` of the wait, "
    "of a block around it or of the workflow, and other branches of a `parallel`. If none of them sets what `when:` "
    "looks at, and neither a signal nor a deadline ends the wait, it passes at once or never.",
    bad="- await: awaitPayment\n  when: paid            # nothing sets it meanwhile",
    good="meanwhile:\n  payment.captured:\n    - set: {paid: true}\nsteps:\n  - await: awaitPayment\n    when: paid",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Compare what `when:` looks at with what changes beside the flow."""
    changing = at_any_time(workflow)
    for step in ir.all_steps(workflow):
        if not isinstance(step, ir.Await) or step.when is None or step.branches or step.timeout is not None:
            continue
        looked_at = set(step.when.names)
        if not looked_at & changing and not reads_the_clock(step.when.checked.expr):
            names = ", ".join(f"`{name}`" for name in sorted(looked_at)) or "it"
            yield Finding(
                "WAIT010",
                f"nothing changes {names} while this waits",
                step.when.source.span,
                "set it under `meanwhile:` when its signal comes, or wait for the signal itself",
            )
