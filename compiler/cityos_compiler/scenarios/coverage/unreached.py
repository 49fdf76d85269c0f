"""Findings: points of a workflow that nothing reaches, neither a scenario nor a search that left nothing out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cityos_compiler import ir
from cityos_compiler.scenarios.coverage.points import Point
from cityos_compiler.scenarios.coverage.report import Exercised
from cityos_dsl.diagnostics import Finding, Span

CODE = "COVER001"
_WHAT = {
    "step": "nothing reaches the step `{}`",
    "branch": "nothing takes the branch `{}`",
    "outcome": "nothing comes to the outcome `{}`",
    "compensation": "nothing is ever undone by `{}`",
}
_HELP = {
    "step": "drop the step, or mend what leads to it",
    "branch": "drop the branch, or mend the condition",
    "outcome": "drop it, or mend what the wait listens to",
    "compensation": "drop the compensation, or mend what keeps it from being needed",
}
_NO_GUARD = ("error.", "case ")
"""How the branches of a catch and a switch begin: no condition of their step."""


def findings(exercised: Iterable[Exercised]) -> list[Finding]:
    """What nothing reaches, each once: not what only follows from it, and nothing where a bound cut the search."""
    found = [finding for each in exercised for finding in _of(each.workflow, each.surely_unreached)]
    return sorted(found, key=lambda finding: finding.order)


def _of(workflow: ir.Workflow, unreached: list[Point]) -> Iterator[Finding]:
    for number, point in enumerate(unreached):
        if _follows(workflow, point, unreached[:number]):
            continue
        behind = [other.name for other in unreached[number + 1 :] if other.kind == "step" and other.comes_after(point)]
        steps = f", and with it {_listed(behind)}" if behind else ""
        yield Finding(
            CODE,
            f"{_WHAT[point.kind].format(point.name)}{steps}: no scenario does, and no run of the search, "
            "which came to its end",
            _span(workflow, point),
            f"{_HELP[point.kind]}; where a run gets there after all, write the scenario that shows it",
        )


def _follows(workflow: ir.Workflow, point: Point, before: list[Point]) -> bool:
    """Whether it is out of reach only because something before it is: the points are in the order of the code."""
    if point.kind != "compensation":
        return any(point.comes_after(other) for other in before)
    missed = {other.name for other in before if other.kind == "step"}
    undoable = [step for step in ir.all_steps(workflow) if isinstance(step, ir.Do | ir.Group) and step.undo is not None]
    return all(step.name in missed for step in undoable if step.undo and step.undo.operation.name == point.name)


def _listed(names: list[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in names)
    return f"the step {shown}" if len(names) == 1 else f"the steps {shown}"


def _span(workflow: ir.Workflow, point: Point) -> Span:
    """Where it stands: its step's name or word, of a branch the condition."""
    for step in ir.all_steps(workflow):
        if step.span.line != point.line:
            continue
        if point.kind == "branch" and step.guard is not None and not point.name.startswith(_NO_GUARD):
            return step.guard.source.span
        return step.span
    return Span(workflow.file, point.line, 1, point.line, 1)
