"""Children, signals and events."""

from __future__ import annotations

from dataclasses import dataclass, field

from cityos_compiler.ir.base import Block, Step, Value
from cityos_dsl.diagnostics import Span
from cityos_dsl.expr import types as t
from cityos_dsl.project import SignalModel


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Child(Step):
    """Run or start another workflow."""

    workflow: str
    number: str
    """The workflow's id in the catalogue."""
    task_queue: str
    awaited: bool
    inputs: tuple[tuple[str, Value], ...]
    wired: tuple[tuple[str, str], ...] = ()
    output: t.Type | None = None
    workflow_id: str = ""
    id_place: Span | None = field(default=None, compare=False, metadata={"aside": True})
    """Where the step says an id of its own for it."""
    on_failure: str = "fail"
    """fail, continue, or steps."""
    on_failure_steps: Block | None = None


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class SendSignal(Step):
    """Send a signal to another workflow."""

    signal: SignalModel
    to: str
    """The pattern of the other's id."""
    values: tuple[tuple[str, Value], ...]
    """What stands in the pattern's braces, but for the tenant."""
    payload: tuple[tuple[str, Value], ...]
    missing: str
    id_place: Span | None = field(default=None, compare=False, metadata={"aside": True})


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Emit(Step):
    """Put an event into the outbox."""

    event: str
    payload: tuple[tuple[str, Value], ...]
