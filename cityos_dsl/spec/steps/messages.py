"""`call`, `start`, `signal` and `emit`: what reaches other workflows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cityos_dsl.source import Scalar
from cityos_dsl.spec.shape import Value, key, optional
from cityos_dsl.spec.steps.base import Step


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Call(Step):
    """Run a child workflow and wait for it."""

    LABEL: ClassVar[str] = "`call`"
    WORD: ClassVar[str] = "call"
    call: Scalar = key("The workflow.", example="SubscriptionTrialEndWorkflow")
    with_: dict[Scalar, Value] | None = optional("Inputs that aren't wired by name.")
    workflow_id: Scalar | None = optional("Its id, where it isn't the workflow's own pattern.")
    on_failure: Scalar | tuple[Step, ...] | None = optional("What happens when it fails.")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Start(Step):
    """Start a workflow and go on."""

    LABEL: ClassVar[str] = "`start`"
    WORD: ClassVar[str] = "start"
    start: Scalar = key("The workflow.")
    with_: dict[Scalar, Value] | None = optional("Inputs that aren't wired by name.")
    workflow_id: Scalar | None = optional("Its id, where it isn't the workflow's own pattern.")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Signal(Step):
    """Send a signal to another workflow."""

    LABEL: ClassVar[str] = "`signal`"
    WORD: ClassVar[str] = "signal"
    signal: Scalar = key("The signal.")
    to: Scalar = key("The workflow.")
    with_: dict[Scalar, Value] | None = optional("Its payload.")
    missing: Scalar = key("What a missing workflow means.", words=("ignore", "fail"))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Emit(Step):
    """Put an event into the outbox."""

    LABEL: ClassVar[str] = "`emit`"
    WORD: ClassVar[str] = "emit"
    emit: Scalar = key("The event.", example="dispute.resolved")
    with_: dict[Scalar, Value] | None = optional("Its payload.")
