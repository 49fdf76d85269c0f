"""A workflow as the others meet it: what it sends and starts, and what it takes.

Rules over all workflows look at these and at nothing else: they are small, and are kept where a workflow stays.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cityos_compiler import ir
from cityos_compiler.rules.base import at, mention, top
from cityos_dsl.diagnostics import Span
from cityos_dsl.project import Project, SignalModel

FROM_WORKFLOWS = "workflow"
"""What a contract or an event says under `source:` where it comes from workflows."""
_PLAIN = (ir.Group, ir.Parallel)
"""Blocks whose steps run whenever the block does."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """An event that starts the workflow."""

    event: str
    always: bool
    """No condition stands before it."""
    source: Span | None
    """Where the event says that it comes from a workflow."""


@dataclass(frozen=True, slots=True)
class Taken:
    """A signal that the workflow takes."""

    signal: str
    place: Span | None = None
    """Where, if it comes from a workflow."""
    contract: Span | None = None
    """The contract that says so."""


@dataclass(frozen=True, slots=True)
class Sent:
    """A `signal:` step."""

    signal: str
    to: str
    place: Span


@dataclass(frozen=True, slots=True)
class Begun:
    """A step that surely runs, and starts workflows: the one it names, or those that its event starts."""

    named: str
    is_event: bool
    place: Span


@dataclass(frozen=True, slots=True)
class Outline:
    """A lowered workflow as the others meet it."""

    file: str
    id: str
    name: str
    workflow_id: str
    place: Span
    """Where its name stands."""
    trigger: Span
    wants: tuple[Wanted, ...]
    takes: tuple[Taken, ...]
    sends: tuple[Sent, ...]
    emits: tuple[str, ...]
    begins: tuple[Begun, ...]
    children: tuple[tuple[str, str], ...]
    """The workflows that it calls or starts, each with the pattern of the id that it gets."""


def outline_of(workflow: ir.Workflow, project: Project) -> Outline:
    """The outline of a workflow."""
    steps = ir.all_steps(workflow)
    return Outline(
        file=workflow.file,
        id=workflow.id,
        name=workflow.name,
        workflow_id=workflow.workflow_id,
        place=top(workflow, project, "workflow"),
        trigger=top(workflow, project, "trigger"),
        wants=tuple(_wanted(project, trigger) for trigger in workflow.triggers if trigger.event is not None),
        takes=tuple(_taken(workflow, project, model) for model in workflow.signals),
        sends=tuple(
            Sent(step.signal.name, step.to, at(step, workflow.file))
            for step in steps
            if isinstance(step, ir.SendSignal)
        ),
        emits=tuple(step.event for step in steps if isinstance(step, ir.Emit)),
        begins=tuple(_begun(workflow)),
        children=tuple((step.workflow, step.workflow_id) for step in steps if isinstance(step, ir.Child)),
    )


def _wanted(project: Project, trigger: ir.Trigger) -> Wanted:
    event = project.events.get(trigger.event or "")
    source = event.spec.source if event is not None else None
    comes = source.span if source is not None and source.text == FROM_WORKFLOWS else None
    return Wanted(trigger.event or "", trigger.condition is None, comes)


def _taken(workflow: ir.Workflow, project: Project, model: SignalModel) -> Taken:
    source = model.contract.source
    if source is None or source.text != FROM_WORKFLOWS:
        return Taken(model.name)
    return Taken(model.name, mention(workflow, project, {model.name, *model.aliases}), model.span)


def _begun(workflow: ir.Workflow) -> Iterator[Begun]:
    for step in _surely(workflow.steps):
        if isinstance(step, ir.Child) and not step.awaited:
            yield Begun(step.workflow, False, at(step, workflow.file))
        if isinstance(step, ir.Emit):
            yield Begun(step.event, True, at(step, workflow.file))


def _surely(block: ir.Block) -> Iterator[ir.Step]:
    """The steps that no condition stands before."""
    for step in block:
        if step.guard is None:
            yield step
            if isinstance(step, _PLAIN):
                inner = [step.steps] if isinstance(step, ir.Group) else [steps for _, steps in step.branches]
                for steps in inner:
                    yield from _surely(steps)
