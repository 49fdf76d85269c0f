"""What may be registered to be undone at each point of a workflow: a forward data-flow analysis over its graph."""

from __future__ import annotations

from collections import deque

from cityos_compiler import ir
from cityos_compiler.flow.graph import Flow

Names = frozenset[str]


def registered(flow: Flow, *, doubtful: bool = False) -> dict[int, Names]:
    """The steps whose compensation may be registered when control comes to a point, by point.

    A compensation counts from its step's success on, with ``doubtful`` also from a failure on that may leave it done;
    `pivot` and `undo` take away what is registered. The least
    solution of the equations, found by a work list (Kildall, "A Unified Approach to
    Global Program Optimization", 1973).
    """
    known: dict[int, Names] = {flow.start: frozenset()}
    waiting = deque([flow.start])
    while waiting:
        here = waiting.popleft()
        for there, kind in flow.edges[here].items():
            old = known.get(there)
            before = known[here]
            if kind == "resumed":  # to the wait that was interrupted, not to another: only what is new
                before &= flow.own[here]
            new = _after(flow.steps.get(here), before, kind, doubtful) | (old or frozenset())
            if new != old:
                known[there] = new
                waiting.append(there)
    return known


def _after(step: ir.Step | None, before: Names, kind: str, doubtful: bool) -> Names:
    match step:
        case ir.Pivot():
            return frozenset()
        case ir.Undo():
            return before - {step.only} if step.only is not None else frozenset()
        case ir.Do() if step.undo is not None and (kind == "next" or doubtful):
            return before | {step.name}
        case ir.Group() if step.undo is not None:
            return before | {step.name}
    return before
