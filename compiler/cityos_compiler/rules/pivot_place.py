"""SAGA003: a pivot stands where it can commit."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.rules.base import at, rule
from cityos_dsl.diagnostics import Finding
from cityos_dsl.project import Project


@rule(
    "SAGA003",
    "A pivot can't commit here",
    "A pivot commits what is registered so far. Beside other branches (`parallel`, a concurrent loop, `meanwhile`) "
    "there is no one moment at which all of it is done.",
    bad="- parallel: both\n  branches:\n    - pivot",
    good="- parallel: both\n  branches: [...]\n- pivot",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Look for pivots inside what runs side by side."""
    for step in ir.all_steps(workflow):
        inside: list[ir.Block] = []
        if isinstance(step, ir.Parallel):
            inside = [block for _, block in step.branches]
        elif isinstance(step, ir.ForEach) and step.concurrency is not None:
            inside = [step.steps]
        meanwhile = getattr(step, "meanwhile", None)
        if meanwhile is not None:
            inside += [branch.steps for branch in meanwhile.branches]
        for block in inside:
            for inner in ir.walk(block):
                if isinstance(inner, ir.Pivot):
                    yield Finding("SAGA003", "a pivot can't commit beside other branches", at(inner, workflow.file),
                                  "move it behind them")  # fmt: skip
