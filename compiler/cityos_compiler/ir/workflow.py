"""A whole workflow."""

from __future__ import annotations

from dataclasses import dataclass, field

from cityos_compiler.ir.base import Block, Expr, Local, Value
from cityos_compiler.ir.triggers import Address, Trigger
from cityos_compiler.ir.waiting import Meanwhile
from cityos_dsl.diagnostics import Span
from cityos_dsl.expr import types as t
from cityos_dsl.fields import FieldDecl
from cityos_dsl.project import QueryModel, SignalModel


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Query:
    """A query's projection."""

    model: QueryModel
    fields: tuple[tuple[str, Value], ...]
    place: Span | None = field(default=None, compare=False, metadata={"aside": True})


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Requirement:
    """What must hold of the input, and under which condition."""

    condition: Expr | None
    that: Expr


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Workflow:
    """A workflow, resolved."""

    id: str
    name: str
    summary: str
    task_queue: str
    workflow_id: str
    triggers: tuple[Trigger, ...]
    input: tuple[FieldDecl, ...]
    require: tuple[Requirement, ...]
    state: tuple[Local, ...]
    constants: tuple[Local, ...]
    statuses: tuple[str, ...]
    within: Expr | None
    compensation: str
    receives: tuple[Address, ...]
    again: str
    while_running: str
    signals: tuple[SignalModel, ...]
    meanwhile: Meanwhile | None
    steps: Block
    last: Block
    invariants: tuple[Expr, ...] = ()
    """What holds at every end, for `cityosc verify`: a run doesn't look at it."""
    queries: tuple[Query, ...]
    output: t.RecordType
    results: tuple[tuple[str, t.Type], ...]
    file: str = field(compare=False, default="", metadata={"aside": True})
