"""Children, signals and events."""

from __future__ import annotations

from dataclasses import dataclass

from cityos_compiler.ir.base import Step, Value
from cityos_dsl.project import SignalModel


@dataclass(frozen=True, kw_only=True)
class Child(Step):
    """Run or start another workflow."""

    workflow: str
    awaited: bool
    inputs: tuple[tuple[str, Value], ...]
    workflow_id: str = ""


@dataclass(frozen=True, kw_only=True)
class SendSignal(Step):
    """Send a signal to another workflow."""

    signal: SignalModel
    to: str
    payload: tuple[tuple[str, Value], ...]
    missing: str


@dataclass(frozen=True, kw_only=True)
class Emit(Step):
    """Put an event into the outbox."""

    event: str
    payload: tuple[tuple[str, Value], ...]
