"""The module of a workflow."""

from __future__ import annotations

from cityos_compiler import ir
from cityos_compiler.backends.python.function import Function, Module
from cityos_compiler.backends.python.module_text import PACKAGE, module_text
from cityos_compiler.backends.python.naming import Homes, workflow_module_name
from cityos_compiler.backends.python.results import expression_names
from cityos_compiler.backends.python.workflow_class import write_class
from cityos_compiler.backends.python.workflow_models import write_models
from cityos_compiler.backends.python.writer import Writer
from cityos_dsl.fields import snake
from cityos_dsl.project import Project


def module_name(workflow: ir.Workflow) -> str:
    """The module of a workflow: ``wf_001_order_placement``."""
    return workflow_module_name(workflow.id, workflow.name)


def carries(workflow: ir.Workflow) -> bool:
    """Whether a run of it may go on as a new one."""
    return any(isinstance(step, ir.Repeat) and step.carries for step in ir.walk(workflow.steps))


def stored_results(workflow: ir.Workflow) -> frozenset[str]:
    """The results that queries, the last steps or a later run need."""
    stored = expression_names((workflow.last, workflow.queries))
    if carries(workflow):
        stored |= expression_names(workflow.steps)
    return frozenset(stored & {result for result, _ in workflow.results})


def entity_of(workflow: ir.Workflow) -> str:
    """The input that says what a run is about: the first one in its id; empty where none is."""
    return next((decl.name for decl in workflow.input if f"{{{decl.name}}}" in workflow.workflow_id), "")


def workflow_module(project: Project, workflow: ir.Workflow, homes: Homes) -> str:
    """A workflow's whole module."""
    name = module_name(workflow)
    module = Module(workflow, name, homes, stored_results(workflow), carries(workflow))
    body = Writer()
    write_models(body, module)
    _constants(body, module)
    _facts(body, workflow)
    flow = Writer()
    write_class(flow, module)
    _choices(body, module, project)
    body.lines += flow.lines
    systems = "\n".join(
        f"from {PACKAGE}.systems import {', '.join(sorted(module.systems))}" for _ in [0] if module.systems
    )
    doc = f"{workflow.id} {workflow.name}: {workflow.summary}".replace('"', "'")
    return module_text(workflow.file, doc, body.text(), name, systems + "\n")


def _choices(w: Writer, module: Module, project: Project) -> None:
    """Operations whose system is chosen at run time, by system."""
    for name in sorted(module.chosen):
        systems = sorted(operation.system for operation in project.operations[name])
        module.systems |= set(systems)
        entries = ", ".join(f'"{system}": {system}.{snake(name)}' for system in systems)
        output = module.homes.annotation(project.operations[name][0].output, module.name)
        w(f"{snake(name).upper()}: dict[str, Callable[..., Call[{output}]]] = {{{entries}}}")
    w()
    w()


def _constants(w: Writer, module: Module) -> None:
    fn = Function(module, w)
    for constant in module.workflow.constants:
        if constant.init is not None:
            w(f"{constant.name.upper()} = {fn.expr(constant.init)}")
    w()


def _receives(workflow: ir.Workflow) -> str:
    entries = [(address.signal, address.field, address.path) for address in workflow.receives]
    return f", receives={tuple(entries)!r}" if entries else ""


def _facts(w: Writer, workflow: ir.Workflow) -> None:
    steps = [step.name for step in ir.walk(workflow.steps) if step.name]
    signals = ", ".join(
        f'"{model.name}": ({", ".join([f"signals.{model.payload.name}", *(repr(a) for a in model.aliases)])},)'
        for model in workflow.signals
    )
    within = (
        f", within={Function(Module(workflow, '', Homes(), frozenset(), False), w).expr(workflow.within)}"
        if workflow.within
        else ""
    )
    w(
        f'FACTS = Facts(type="{workflow.name}", digest="{ir.digest(workflow)}", steps={tuple(steps)!r}, '
        f'signals={{{signals}}}{_receives(workflow)}, entity="{entity_of(workflow)}", '
        f'compensation="{workflow.compensation}"{within})'
    )
    w()
    w()
