"""STYLE001: names are written in the style of their kind."""

from __future__ import annotations

import re
from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.rules.base import Whole, at, whole_rule
from cityos_dsl.diagnostics import Finding, Severity, Span
from cityos_dsl.fields import camel, snake

CAMEL = re.compile(r"[a-z][A-Za-z0-9]*\Z")
SNAKE = re.compile(r"[a-z][a-z0-9]*(_[a-z0-9]+)*\Z")
WORKFLOW = re.compile(r"[A-Z][A-Za-z0-9]*Workflow\Z")
DOTTED = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+\Z")

Named = tuple[str, Span, re.Pattern[str], str, str]
"""A name, where it stands, its style, what it names, and how it would be written."""


@whole_rule(
    "STYLE001",
    "A name in another style",
    "One can tell by its style what a name names: steps and operations are camelCase (capturePayment), fields and "
    "state snake_case (order_status), workflows PascalCase with Workflow at the end, signals and events dotted "
    "(order.placed).",
    bad="- await: Await_Delivery",
    good="- await: awaitDelivery",
    severity=Severity.WARNING,
)
def check(whole: Whole) -> Iterator[Finding]:
    """Look at the names that specs choose."""
    for name, span, style, kind, better in (*_of_project(whole), *_of_workflows(whole)):
        if not style.match(name) and not name.startswith("__temporal"):  # which is a mistake of its own, LIMIT005
            yield Finding("STYLE001", f"{kind} is not called `{name}`", span, f"call it `{better}`")


def _of_project(whole: Whole) -> Iterator[Named]:
    for models in whole.project.operations.values():
        for model in models:
            name = model.name.partition(":")[0]
            yield name, model.span, CAMEL, "an operation", _lower_camel(name)
    for signal in whole.project.signals.values():
        yield signal.name, signal.span, DOTTED, "a signal", _dotted(signal.name)


def _of_workflows(whole: Whole) -> Iterator[Named]:
    for _, spec in whole.project.workflows:
        name = spec.workflow.text
        yield name, spec.workflow.span, WORKFLOW, "a workflow", camel(name).removesuffix("Workflow") + "Workflow"
    for workflow in whole.workflows:
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
