"""STYLE001: names are written in the style of their kind."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from cityos_compiler import ir
from cityos_compiler.rules.base import Whole, around_too, at, rule, whole_too
from cityos_dsl.diagnostics import Finding, Severity, Span
from cityos_dsl.fields import camel, snake
from cityos_dsl.project import Project

CAMEL = re.compile(r"[a-z][A-Za-z0-9]*\Z")
SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\Z")
WORKFLOW = re.compile(r"[A-Z][A-Za-z0-9]*Workflow\Z")
DOTTED = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+\Z")

Named = tuple[str, Span, re.Pattern[str], str, str]
"""A name, where it stands, its style, what it names, and how it would be written."""


@rule(
    "STYLE001",
    "A name in another style",
    "One can tell by its style what a name names: steps and operations are camelCase (capturePayment), fields and "
    "state snake_case (order_status), workflows PascalCase with Workflow at the end, signals and events dotted "
    "(order.placed).",
    bad="- await: Await_Delivery",
    good="- await: awaitDelivery",
    severity=Severity.WARNING,
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Look at the names that a workflow chooses."""
    yield from _misnamed(_of_workflow(workflow))


@around_too("STYLE001")
def check_around(project: Project) -> Iterator[Finding]:
    """Look at the names of operations and signals."""
    yield from _misnamed(_of_project(project))


@whole_too("STYLE001")
def check_heads(whole: Whole) -> Iterator[Finding]:
    """Look at the names of workflows, of those as well that can't be lowered."""
    yield from _misnamed(
        (name, head.name.span, WORKFLOW, "a workflow", camel(name).removesuffix("Workflow") + "Workflow")
        for head in whole.heads
        for name in (head.name.text,)
    )


def _misnamed(names: Iterable[Named]) -> Iterator[Finding]:
    for name, span, style, kind, better in names:
        if not style.match(name) and not name.startswith("__temporal"):  # which is a mistake of its own, LIMIT005
            yield Finding("STYLE001", f"{kind} is not called `{name}`", span, f"call it `{better}`")


def _of_project(project: Project) -> Iterator[Named]:
    for models in project.operations.values():
        for model in models:
            name = model.name.partition(":")[0]
            yield name, model.span, CAMEL, "an operation", _lower_camel(name)
    for signal in project.signals.values():
        yield signal.name, signal.span, DOTTED, "a signal", _dotted(signal.name)


def _of_workflow(workflow: ir.Workflow) -> Iterator[Named]:
    for decl in workflow.input:
        yield decl.name, decl.span, SNAKE, "an input", snake(decl.name)
    for local in workflow.state:
        if local.span is not None:
            yield local.name, local.span, SNAKE, "a state variable", snake(local.name)
    for step in ir.all_steps(workflow):
        if step.name and not _is_named_after(step):
            yield step.name, at(step, workflow.file), CAMEL, "a step", _lower_camel(step.name)


def _is_named_after(step: ir.Step) -> bool:
    """Whether a step has no name of its own, but that of what it runs, sends or emits."""
    match step:
        case ir.Do():
            return step.name == step.operation.name.partition(":")[0]
        case ir.Child():
            return step.name == step.workflow
        case ir.Emit():
            return step.name == step.event
        case ir.SendSignal():
            return step.name in (step.signal.name, *step.signal.aliases)
    return False


def _lower_camel(name: str) -> str:
    upper = camel(name)
    return upper[:1].lower() + upper[1:]


def _dotted(name: str) -> str:
    return ".".join(snake(part) for part in name.split(".")) if "." in name else snake(name).replace("_", ".")
