"""EVENT002: workflows don't start each other for ever."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.rules.base import Whole, at, whole_rule
from cityos_dsl.diagnostics import Finding, Related, Span

PLAIN = (ir.Group, ir.Parallel)
"""Blocks whose steps are done on every run that gets there."""


@whole_rule(
    "EVENT002",
    "Workflows that start each other for ever",
    "One workflow emits an event that starts another, which emits one that starts the first again; `start:` does the "
    "same. Unless a condition breaks the circle somewhere (an `if` at the `emit` or around it, or `if:` at the "
    "trigger), it never ends.",
    bad="# WF-101 on a.done emits b.done\n# WF-102 on b.done emits a.done",
    good="# WF-102\n- emit: a.done\n  if: input.round < 3",
)
def check(whole: Whole) -> Iterator[Finding]:
    """Go from workflow to workflow, by what is surely emitted and started."""
    if not whole.is_sound:
        return
    edges = {workflow.name: list(_starts(whole, workflow)) for workflow in whole.workflows}
    reported: set[frozenset[str]] = set()
    for workflow in whole.workflows:
        circle = _back_to(workflow.name, edges)
        if circle and frozenset(circle) not in reported:
            reported.add(frozenset(circle))
            yield _circle(whole, circle, edges)


Edge = tuple[str, Span, str]
"""The workflow that is started, where, and how."""


def _starts(whole: Whole, workflow: ir.Workflow) -> Iterator[Edge]:
    for step in _surely(workflow.steps):
        if isinstance(step, ir.Child) and not step.awaited:
            yield step.workflow, at(step, workflow.file), f"starts {step.workflow}"
        if isinstance(step, ir.Emit):
            for other in whole.workflows:
                if any(trigger.event == step.event and trigger.condition is None for trigger in other.triggers):
                    yield other.name, at(step, workflow.file), f"emits `{step.event}`, which starts {other.name}"


def _surely(block: ir.Block) -> Iterator[ir.Step]:
    """The steps that no condition stands before."""
    for step in block:
        if step.guard is None:
            yield step
            if isinstance(step, PLAIN):
                inner = [step.steps] if isinstance(step, ir.Group) else [steps for _, steps in step.branches]
                for steps in inner:
                    yield from _surely(steps)


def _back_to(start: str, edges: dict[str, list[Edge]]) -> list[str]:
    """The workflows of a shortest circle through ``start``; empty where there is none."""
    came: dict[str, str] = {}
    waiting = [start]
    while waiting:
        here = waiting.pop(0)
        for there, _, _ in edges.get(here, ()):
            if there == start:
                circle = [here]
                while circle[0] != start:
                    circle.insert(0, came[circle[0]])
                return circle
            if there not in came:
                came[there] = here
                waiting.append(there)
    return []


def _circle(whole: Whole, circle: list[str], edges: dict[str, list[Edge]]) -> Finding:
    way = list(zip(circle, [*circle[1:], circle[0]], strict=True))
    steps = [(here, next(edge for edge in edges[here] if edge[0] == there)) for here, there in way]
    told = " -> ".join([*circle, circle[0]])
    return Finding(
        "EVENT002",
        f"this begins a circle that no condition breaks: {told}",
        steps[0][1][1],
        "put an `if` on one of its steps or triggers",
        related=tuple(Related(span, f"{here} {how}") for here, (_, span, how) in steps),
    )
