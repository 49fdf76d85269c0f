"""Running an operation, and what undoes it."""

from __future__ import annotations

from dataclasses import dataclass, field

from cityos_compiler.ir.base import Block, Expr, Step, Value
from cityos_dsl.diagnostics import Span
from cityos_dsl.project import OperationModel


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Compensation:
    """What undoes a step: an operation, its inputs, and whether they need the step's own result."""

    operation: OperationModel
    inputs: tuple[tuple[str, Value], ...]
    needs_result: bool
    system: Expr | None = None


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Catch:
    """A branch for some error classes."""

    classes: tuple[str, ...]
    steps: Block
    retries: bool
    place: Span = field(compare=False, metadata={"aside": True})


@dataclass(frozen=True, kw_only=True, eq=False, repr=False)
class Do(Step):
    """Run an operation."""

    operation: OperationModel
    inputs: tuple[tuple[str, Value], ...]
    wired: tuple[tuple[str, str], ...] = ()
    needless: frozenset[str] = field(default=frozenset(), metadata={"aside": True})
    """Inputs that are written, and would be filled by name with the same."""
    undo: Compensation | None = None
    no_undo: str | None = None
    catch: tuple[Catch, ...] = ()
    rounds: Expr | None = None
    on_failure: str = "default"
    """default (fail; after a pivot park), fail, continue, park, or steps."""
    on_failure_steps: Block | None = None
    handled: tuple[str, ...] = ()
    """Error classes that a block around it takes: with these the step fails, and isn't parked."""
    within: Expr | None = None
    key: Expr | None = None
    system: Expr | None = None
