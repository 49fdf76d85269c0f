"""Lowering of `compensate:`, of steps and of groups."""

from __future__ import annotations

from collections.abc import Set

from cityos_compiler import ir
from cityos_compiler.lowering.env import Env
from cityos_compiler.lowering.steps import Lowering
from cityos_dsl.expr import types as t
from cityos_dsl.source import Scalar
from cityos_dsl.spec import steps as s


def lower_compensation(
    low: Lowering, spec: Scalar | s.Undoing | None, given_back: t.Type, inputs: dict[str, ir.Value],
    step: str, env: Env, wrong: Set[str], chosen: Scalar | None = None,
) -> ir.Compensation | None:  # fmt: skip
    """A compensation's inputs: what is given, its step's result, its step's inputs, then what is in scope."""
    if spec is None:
        return None
    name = spec if isinstance(spec, Scalar) else spec.do
    operation = low.operation(name, chosen)
    if operation is None:
        return None
    own = env.with_result(step, given_back)
    expected = {decl.name: decl.full_type for decl in operation.input}
    given: dict[str, ir.Value] = {}
    refused = wrong  # what is wrong at the step is wrong here for the same cause
    if isinstance(spec, s.Undoing):
        given = dict(low.assigned(spec.with_, own, expected, f"`{operation.name}`"))
        refused = wrong | ({key.text for key in spec.with_ or {}} - given.keys())
    output = {f.name: f.type for f in given_back.fields} if isinstance(given_back, t.RecordType) else {}
    for decl in operation.input:
        if decl.name in given or decl.name in refused:
            continue
        if decl.name in output and t.assignable(output[decl.name], decl.full_type):
            value = low.values.expr(Scalar(f"{step}.{decl.name}", name.span), own, decl.full_type)
            if value is not None:
                given[decl.name] = value
        elif decl.name in inputs and t.assignable(inputs[decl.name].type, decl.full_type):
            given[decl.name] = inputs[decl.name]
    filled, _ = low.values.wire(operation.name, operation.input, given, frozenset(), own, name.span, refused)
    return ir.Compensation(
        operation=operation,
        inputs=tuple(filled),
        needs_result=any(_mentions(value, step) for _, value in filled),
        system=low.values.expr(chosen, env) if chosen is not None else None,
    )


def _mentions(value: ir.Value, name: str) -> bool:
    match value:
        case ir.Expr():
            return name in value.names
        case ir.Record():
            return any(_mentions(inner, name) for _, inner in value.fields)
        case ir.Items():
            return any(_mentions(inner, name) for inner in value.items)
