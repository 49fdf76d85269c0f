"""EVENT002: workflows don't start each other for ever."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from cityos_compiler.outline import Outline
from cityos_compiler.rules.base import Whole, whole_rule
from cityos_dsl.diagnostics import Finding, Related, Span


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
    edges = _without_ends(_edges(whole))
    reported: set[frozenset[str]] = set()
    for name in edges:
        circle = _back_to(name, edges)
        if circle and frozenset(circle) not in reported:
            reported.add(frozenset(circle))
            yield _circle(circle, edges)


Edge = tuple[str, Span, str]
"""The workflow that is started, where, and how."""


def _edges(whole: Whole) -> dict[str, list[Edge]]:
    """By workflow: which others it surely starts."""
    started: dict[str, dict[str, None]] = {}
    for outline in whole.outlines:
        for wanted in outline.wants:
            if wanted.always:
                started.setdefault(wanted.event, {})[outline.name] = None
    return {outline.name: list(_starts(outline, started)) for outline in whole.outlines}


def _starts(outline: Outline, started: dict[str, dict[str, None]]) -> Iterator[Edge]:
    for begun in outline.begins:
        if not begun.is_event:
            yield begun.named, begun.place, f"starts {begun.named}"
        for name in started.get(begun.named, ()) if begun.is_event else ():
            yield name, begun.place, f"emits `{begun.named}`, which starts {name}"


def _without_ends(edges: dict[str, list[Edge]]) -> dict[str, list[Edge]]:
    """The workflows from which one can go round in circles: mostly none, and each of the others costs a search."""
    left = {name: {there for there, _, _ in starts} for name, starts in edges.items() if starts}
    while ends := [name for name, starts in left.items() if not starts & left.keys()]:
        for name in ends:
            del left[name]
    return {name: edges[name] for name in left}


def _back_to(start: str, edges: dict[str, list[Edge]]) -> list[str]:
    """The workflows of a shortest circle through ``start``; empty where there is none."""
    came: dict[str, str] = {}
    waiting = deque([start])
    while waiting:
        here = waiting.popleft()
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


def _circle(circle: list[str], edges: dict[str, list[Edge]]) -> Finding:
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
