"""The models of a workflow: its input, its state, its results."""

from __future__ import annotations

from cityos_compiler import ir
from cityos_compiler.backends.python.function import Module
from cityos_compiler.backends.python.naming import attribute, variable, write_fields, write_types
from cityos_compiler.backends.python.writer import Writer
from cityos_compiler.lowering.steps import common_payload
from cityos_dsl.expr import types as t
from cityos_dsl.fields import record


def write_models(w: Writer, module: Module) -> None:
    """The models of the input, the state, the kept results and the output."""
    workflow, homes, here = module.workflow, module.homes, module.name
    write_types(w, homes, here)
    base = workflow.name.removesuffix("Workflow")
    for either in _either_signals(workflow):
        with w.block(f"class {either.name}(Model):"):
            w.docstring("What these signals have in common.")
            write_fields(w, homes, here, either)
        w()
    inputs = record(base + "Input", workflow.input)
    with w.block(f"class {inputs.name}(Model):"):
        w.docstring("What starts the workflow.")
        write_fields(w, homes, here, inputs)
    w()
    with w.block(f"class {base}State(Model):"):
        w.docstring("What the workflow remembers.")
        for local in workflow.state:
            kind = local.type
            missing = local.init is None and not isinstance(kind, t.OptionalType)
            annotation = homes.annotation(t.OptionalType(kind) if missing else kind, here)
            w(f"{attribute(local.name)}: {annotation}{' = None' if local.init is None else ''}")
    w()
    with w.block("class Done(Model):"):
        w.docstring("Results that queries, the last steps or a later run need.")
        for name, kind in workflow.results:
            if name in module.stored:
                module.systems |= homes.systems(kind)  # also of a step that nothing leads to
                w(f"{variable(name)}: {homes.annotation(kind, here)} | None = None")
    w()
    with w.block(f"class {base}Result(Model):"):
        w.docstring("What the workflow gives.")
        write_fields(w, homes, here, workflow.output)
    w()


def _either_signals(workflow: ir.Workflow) -> list[t.RecordType]:
    """The common payloads of branches that several signals share."""
    found = {}
    for step in ir.all_steps(workflow):
        if isinstance(step, ir.Await):
            for branch in step.branches:
                if len(branch.signals) > 1:
                    kind = common_payload(branch.signals)
                    found[kind.name] = kind
    return list(found.values())
