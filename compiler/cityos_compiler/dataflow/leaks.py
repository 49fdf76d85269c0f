"""What is found on the way of values: what goes too far, and what goes to systems."""

from __future__ import annotations

from dataclasses import dataclass

from cityos_compiler import ir
from cityos_compiler.dataflow.held import Level
from cityos_compiler.dataflow.takers import Excess
from cityos_dsl.diagnostics import Span
from cityos_dsl.expr import types as t
from cityos_dsl.fields import FieldDecl
from cityos_dsl.project import OperationModel


@dataclass(frozen=True)
class Leak:
    """A value that goes where its class may not."""

    kind: str
    """operation, text, id, event, signal, query, child or input."""
    taker: str
    """What takes it, in words."""
    excess: Excess
    declared: Span | None = None
    """Where the taker's field is declared."""


@dataclass(frozen=True)
class Carried:
    """Personal data on its way to a system."""

    workflow: ir.Workflow
    step: ir.Step
    operation: OperationModel
    field: FieldDecl
    level: Level
    span: Span


def as_field(decl: FieldDecl) -> t.Field:
    """A declared field, as one of a record."""
    return t.Field(decl.name, decl.full_type, decl.data_class, decl.limits, decl.span)


def first_place(value: ir.Value) -> Span | None:
    """Where a value is written: its first expression."""
    match value:
        case ir.Expr():
            return value.source.span
        case ir.Record():
            return next((first_place(inner) for _, inner in value.fields), None)
        case ir.Items():
            return next((first_place(inner) for inner in value.items), None)
