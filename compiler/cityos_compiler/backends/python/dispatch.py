"""The dispatch as Python: which workflows an event starts, and by what a signal finds its workflow."""

from __future__ import annotations

import re
from fnmatch import fnmatchcase

from cityos_compiler import ir
from cityos_compiler.backends.python.function import Function, Module
from cityos_compiler.backends.python.module_text import module_text
from cityos_compiler.backends.python.naming import Homes, attribute, workflow_module_name, write_types
from cityos_compiler.backends.python.writer import Writer
from cityos_dsl.fields import snake
from cityos_dsl.project import EventModel, Project, SignalModel


def events_module(project: Project, homes: Homes) -> str:
    """The payloads of the events."""
    w = Writer()
    write_types(w, homes, "events")
    return module_text("specs/events.yaml", "Payloads of the events.", w.text(), "events")


def dispatch_module(project: Project, workflows: list[ir.Workflow], homes: Homes) -> str:
    """How messages find workflows: a function for each workflow that an event starts, then the routes."""
    w = Writer()
    for workflow in workflows:
        for trigger in workflow.triggers:
            if trigger.event is not None:
                _input(w, workflow, trigger, project.events[trigger.event], homes)
    w("EVENTS: dict[str, EventRoute[Any]] = {")
    for event in project.events.values():
        _event(w, event, workflows)
    w("}")
    w()
    _other_names(w, project)
    w("SIGNALS: dict[str, SignalRoute] = {")
    for signal in project.signals.values():
        _signal(w, signal, workflows)
    w("}")
    w()
    w("ROUTES = Routes(events=EVENTS, signals=SIGNALS)")
    return module_text("specs", "How messages find workflows.", w.text(), "dispatch")


def _input_name(workflow: ir.Workflow, event: str) -> str:
    return f"{workflow_module_name(workflow.id, workflow.name)}_on_{snake(event)}"


def _input(w: Writer, workflow: ir.Workflow, trigger: ir.Trigger, event: EventModel, homes: Homes) -> None:
    """The input that a workflow gets from an event; None where its condition doesn't hold."""
    fn = Function(Module(workflow, "dispatch", homes, frozenset(), False), w, names={"event": "event"})
    home = workflow_module_name(workflow.id, workflow.name)
    model = f"{home}.{workflow.name.removesuffix('Workflow')}Input"
    with w.block(f"def {_input_name(workflow, event.name)}(event: events.{event.payload.name}) -> {model} | None:"):
        w.docstring(f"{workflow.id}: {workflow.summary}")
        if trigger.condition is not None:
            with w.block(f"if not ({fn.expr(trigger.condition)}):"):
                w("return None")
        kinds = {decl.name: decl.full_type for decl in workflow.input}
        given = ", ".join(f"{attribute(name)}={fn.value(value, kinds[name])}" for name, value in trigger.inputs)
        w(f"return {model}({given})")
    w()
    w()


def _event(w: Writer, event: EventModel, workflows: list[ir.Workflow]) -> None:
    """An event's route: those that exclude each other in the order that the event says."""
    wanting = {x.id: x for x in workflows if any(t.event == event.name for t in x.triggers)}
    starts = event.spec.starts
    named = [scalar.text for scalar in (starts.first_of or ())] if starts is not None else []
    first = [wanting[name] for name in named if name in wanting]
    beside = [workflow for workflow in wanting.values() if workflow not in first]
    parts = [f"model=events.{event.payload.name}"]
    for word, group in (("first_of", first), ("beside", beside)):
        if group:
            parts.append(f"{word}=({', '.join(_starts(workflow, event.name) for workflow in group)},)")
    w(f'"{event.name}": EventRoute({", ".join(parts)}),')


def _other_names(w: Writer, project: Project) -> None:
    """An event under the names that others give it goes where it goes under its own."""
    names = [(alias, event.name) for event in project.events.values() for alias in event.aliases]
    if names:
        w("EVENTS |= {")
        for alias, name in names:
            w(f'"{alias}": EVENTS["{name}"],')
        w("}")
        w()


def _starts(workflow: ir.Workflow, event: str) -> str:
    return (
        f'Starts(workflow="{workflow.name}", task_queue="{workflow.task_queue}", '
        f'workflow_id="{workflow.workflow_id}", input={_input_name(workflow, event)}, '
        f'again="{workflow.again}", while_running="{workflow.while_running}")'
    )


def _signal(w: Writer, signal: SignalModel, workflows: list[ir.Workflow]) -> None:
    """A signal's route, under its own name and its short ones."""
    fields = {f.name for f in signal.payload.fields}
    names = (signal.name, *signal.aliases)
    ids, addresses = dict[str, None](), dict[tuple[str, str], None]()
    for workflow in workflows:
        if signal not in workflow.signals:
            continue
        parts = set(re.findall(r"\{(\w+)\}", workflow.workflow_id)) - {"tenant_id"}
        if parts and parts <= fields:
            ids[workflow.workflow_id] = None
        for address in workflow.receives:
            if any(fnmatchcase(name, address.signal) for name in names) and address.field in fields:
                addresses[address.signal, address.field] = None
    if not ids and not addresses:
        return
    route = f"SignalRoute(model=signals.{signal.payload.name}"
    route += f", ids={tuple(ids)!r}" if ids else ""
    route += f", addresses={tuple(addresses)!r}" if addresses else ""
    for name in names:
        w(f'"{name}": {route}),')
