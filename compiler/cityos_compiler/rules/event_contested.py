"""EVENT001: an event that starts several workflows says which."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler.heads import Head
from cityos_compiler.rules.base import Whole, whole_rule
from cityos_dsl.diagnostics import Finding, Related


@whole_rule(
    "EVENT001",
    "An event starts two workflows",
    "Two workflows on one event both start, and an order would be paid twice. Either their `if:` conditions exclude "
    "each other and the event says so (`starts: {first_of: [WF-012, WF-001]}`: the first whose condition holds), or "
    "they are meant to run side by side (`beside:`).",
    bad="# WF-001 and WF-012:\ntrigger: {event: order.placed}",
    good="# specs/events.yaml\norder.placed:\n  starts: {first_of: [WF-012, WF-001]}",
)
def check(whole: Whole) -> Iterator[Finding]:
    """Look for an earlier workflow on the same event, and for what the event says about the two."""
    starting: dict[str, list[Head]] = {}
    for head in whole.heads:
        for name in head.events:
            starting.setdefault(name, []).append(head)
    ids = {head.id.text for head in whole.heads}
    places = {outline.file: outline.trigger for outline in whole.outlines}
    for head in whole.heads:
        for name in head.events if head.file in places else ():
            said = {scalar.text for scalar in whole.starts.get(name, ())}
            for other in starting[name]:
                if other.file >= head.file or {head.id.text, other.id.text} <= said:
                    continue
                if said <= ids:  # a name that is none has its own finding
                    yield Finding(
                        "EVENT001",
                        f"`{name}` starts {other.id.text} as well, and nothing says whether one excludes the other",
                        places[head.file],
                        f"say in the event: starts: {{first_of: [{head.id.text}, {other.id.text}]}}, "
                        f"or beside: [{head.id.text}]",
                        related=(Related(other.place, f"{other.id.text} starts here"),),
                    )
