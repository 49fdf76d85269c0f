"""What would be left behind: side effects after which the workflow may still fail, and which nothing undoes."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Container, Iterator

from cityos_compiler import ir
from cityos_compiler.flow.graph import Flow


def stranded(flow: Flow, effects: Callable[[ir.Step], bool]) -> Iterator[tuple[ir.Step, ir.Step | None]]:
    """Effects, each with a step behind it that may fail the workflow before anything commits.

    Only effects that can be reached before a `pivot` count: what comes after one is driven forward. The step that
    fails is None where only a cancellation before a `pivot` may come.
    """
    uncommitted = _reached(flow, [flow.start], {})
    for point, step in flow.steps.items():
        if point in uncommitted and effects(step):
            behind = [there for there, kind in flow.edges[point].items() if kind == "next"]
            found = _reached(flow, behind, uncommitted)
            # At a pivot a cancellation may have come while the step ran: then nothing was committed.
            if flow.failed in found or any(isinstance(flow.steps.get(there), ir.Pivot) for there in found):
                yield step, _failing(flow, found) if flow.failed in found else None


def _reached(flow: Flow, begin: list[int], waits: Container[int]) -> dict[int, None]:
    """The points that control may come to without passing a `pivot` or an `undo` of all, nearest first.

    What is done beside a wait goes on at that wait, which is reached already, and not at any other that it stands
    beside as well; what begins beside one goes on at one of ``waits``.
    """
    found = dict.fromkeys(begin)
    waiting = deque(begin)
    while waiting:
        here = waiting.popleft()
        if _settles(flow.steps.get(here)):
            continue
        for there, kind in flow.edges[here].items():
            if there not in found and (kind != "resumed" or there in waits):
                found[there] = None
                waiting.append(there)
    return found


def _settles(step: ir.Step | None) -> bool:
    return isinstance(step, ir.Pivot) or (isinstance(step, ir.Undo) and step.only is None)


def _failing(flow: Flow, found: dict[int, None]) -> ir.Step | None:
    """The nearest step from which the workflow fails, groups that only pass a failure on left out."""
    to_failure = {flow.failed}
    for _ in found:
        more = {here for here in found if here not in to_failure and here not in flow.steps
                and any(there in to_failure for there in flow.edges[here])}  # fmt: skip
        if not more:
            break
        to_failure |= more
    for here in found:
        step = flow.steps.get(here)
        if step is not None and any(there in to_failure for there in flow.edges[here]):
            return step
    return None
