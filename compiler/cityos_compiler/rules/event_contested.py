"""EVENT001: an event that starts several workflows says which."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.lowering.triggers import events_of
from cityos_compiler.rules.base import rule, spec_of, top
from cityos_dsl.diagnostics import Finding, Related
from cityos_dsl.project import Project


@rule(
    "EVENT001",
    "An event starts two workflows",
    "Two workflows on one event both start, and an order would be paid twice. Either their `if:` conditions exclude "
    "each other and the event says so (`starts: {first_of: [WF-012, WF-001]}`: the first whose condition holds), or "
    "they are meant to run side by side (`beside:`).",
    bad="# WF-001 and WF-012:\ntrigger: {event: order.placed}",
    good="# specs/events.yaml\norder.placed:\n  starts: {first_of: [WF-012, WF-001]}",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Look for an earlier workflow on the same event, and for what the event says about the two."""
    for name in events_of(spec_of(workflow, project)):
        event = project.events.get(name)
        starts = event.spec.starts if event is not None else None
        said = {scalar.text for scalar in (*(starts.first_of or ()), *(starts.beside or ()))} if starts else set()
        for other, spec in project.started_by(name):
            if other >= workflow.file or {workflow.id, spec.id.text} <= said:
                continue
            if said <= {known.id.text for _, known in project.workflows}:  # a name that is none has its own finding
                yield Finding(
                    "EVENT001",
                    f"`{name}` starts {spec.id.text} as well, and nothing says whether one excludes the other",
                    top(workflow, project, "trigger"),
                    f"say in the event: starts: {{first_of: [{workflow.id}, {spec.id.text}]}}, "
                    f"or beside: [{workflow.id}]",
                    related=(Related(spec.node.span, f"{spec.id.text} starts here"),),
                )
