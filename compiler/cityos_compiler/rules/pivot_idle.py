"""SAGA010: a pivot commits something."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.flow.graph import Flow, flow_of
from cityos_compiler.rules.base import at, rule
from cityos_compiler.rules.pivot_place import misplaced
from cityos_dsl.diagnostics import Finding, Severity
from cityos_dsl.project import Project


@rule(
    "SAGA010",
    "A pivot commits nothing",
    "A pivot lets stay what was done before it. Where nothing was done yet, or nothing since the pivot before it, and "
    "nothing comes after it that it could drive forward, it stands in the wrong place, or twice.",
    bad="- pivot\n- do: sendOrderConfirmation",
    good="- do: capturePayment\n  compensate: refundPayment\n- pivot\n- do: sendOrderConfirmation",
    severity=Severity.WARNING,
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Look for pivots with no effect before them that isn't committed already."""
    placed = {id(step) for step in ir.walk(workflow.steps) if isinstance(step, ir.Pivot)}
    pivots = placed - misplaced(workflow).keys()
    if not pivots:
        return
    flow = flow_of(workflow)
    fresh, committed = _after_effects(flow), _only_committed(flow)
    for point, step in flow.steps.items():
        idle = id(step) in pivots and not fresh.get(point, True)
        if idle and (point in committed or not _drives(flow, point)):
            yield Finding(
                "SAGA010",
                "nothing was done that this pivot could commit",
                at(step, workflow.file),
                "move it behind the steps that are to stay, or take it out",
            )


def _is_effect(step: ir.Step | None) -> bool:
    if isinstance(step, ir.Do):
        return step.operation.effect in ("write", "money") or step.undo is not None
    return isinstance(step, ir.Child | ir.SendSignal | ir.Emit) or (isinstance(step, ir.Group) and bool(step.undo))


def _after_effects(flow: Flow) -> dict[int, bool]:
    """By point that can be reached: whether an effect may have been brought about that no pivot has committed."""
    known = {flow.start: False}
    waiting = deque([flow.start])
    while waiting:
        here = waiting.popleft()
        step = flow.steps.get(here)
        after = False if isinstance(step, ir.Pivot) else known[here] or _is_effect(step)
        for there in flow.edges[here]:
            if there not in known or (after and not known[there]):
                known[there] = after
                waiting.append(there)
    return known


def _only_committed(flow: Flow) -> frozenset[int]:
    """The points that can't be reached without passing a pivot."""
    seen, waiting = {flow.start}, deque([flow.start])
    while waiting:
        here = waiting.popleft()
        if not isinstance(flow.steps.get(here), ir.Pivot):
            fresh = [there for there in flow.edges[here] if there not in seen]
            seen.update(fresh)
            waiting.extend(fresh)
    return frozenset(flow.steps) - seen


def _drives(flow: Flow, pivot: int) -> bool:
    """Whether an effect comes behind a pivot: from there on a failure is parked, and not undone."""
    seen, waiting = {pivot}, deque([pivot])
    while waiting:
        for there in flow.edges[waiting.popleft()]:
            if _is_effect(flow.steps.get(there)):
                return True
            if there not in seen:
                seen.add(there)
                waiting.append(there)
    return False
