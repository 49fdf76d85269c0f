"""Workflows."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cityos_dsl.source import Mapping, Scalar
from cityos_dsl.spec.shape import Fields, Value, key, optional
from cityos_dsl.spec.steps import Branch, Step


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Trigger:
    """What starts a workflow."""

    LABEL: ClassVar[str] = "a trigger"
    event: Scalar | None = optional("The event that starts it.", example="order.placed")
    if_: Scalar | None = optional("Only events for which this holds.", example="event.is_b2b")
    input: dict[Scalar, Value] | None = optional("Inputs whose names differ from the event's.")
    schedule: Scalar | None = optional("A cadence.", example="daily 06:00")
    over: Scalar | None = optional("A read operation: one start for each row it returns.")
    overlap: Scalar | None = optional(
        "What a start means while the previous one still runs.",
        words=("skip", "buffer_one", "buffer_all", "cancel_other", "allow_all"),
    )
    catch_up: Scalar | None = optional("How far back missed starts are caught up.", example="10m", form="duration")
    operator: Scalar | None = optional("Started by hand.", words=("true",))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Requirement:
    """What must hold of an input."""

    LABEL: ClassVar[str] = "a requirement"
    if_: Scalar | None = optional("Only where this holds.", example="input.is_b2b")
    that: Scalar = key("What must hold.", example="input.company_id != null")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Workflow:
    """A workflow."""

    LABEL: ClassVar[str] = "a workflow"
    node: Mapping
    id: Scalar = key("Its number in the catalogue.", example="WF-001")
    workflow: Scalar = key("Its name.", example="OrderPlacementWorkflow")
    summary: Scalar = key("What it does, in a sentence.")
    trigger: Trigger | tuple[Trigger, ...] = key("What starts it.", example={"event": "order.placed"})
    task_queue: Scalar = key("The queue its workers listen on.", example="medusa-commerce")
    workflow_id: Scalar = key(
        "Its id; begins with the tenant.", example="tenant:{tenant_id}:order:{order_id}:placement"
    )
    within: Scalar | None = optional("A deadline that fails, undoes and reports.", example="30d")
    again: Scalar | None = optional("Whether the id may start again.", words=("never", "after_end"))
    while_running: Scalar | None = optional("What a second start means.", words=("reject", "queue", "signal"))
    compensation: Scalar | None = optional(
        "What happens when a compensation gives up.",
        words=("manual_review", "dead_letter", "alert_and_retry"),
    )
    input: Fields | None = optional("Its input, field by field.")
    require: tuple[Requirement, ...] | None = optional("What must hold of the input.")
    statuses: tuple[Scalar, ...] | None = optional("The statuses its steps may set.")
    state: Fields | None = optional("Its state: a type, an initial value, or both.")
    constants: Fields | None = optional("Values that never change.")
    receives: dict[Scalar, dict[Scalar, Scalar]] | None = optional("How a signal finds this workflow.")
    meanwhile: dict[Scalar, Branch] | None = optional("What is done whenever a signal comes.")
    steps: tuple[Step, ...] = key("What it does.")
    finally_: tuple[Step, ...] | None = optional("What is done last on every path, after undoing.")
    invariant: tuple[Scalar, ...] | None = optional(
        "What holds at every end: `cityosc verify` tries to break it.", example=["captured == refunded"]
    )
    queries: dict[Scalar, Fields] | None = optional("What it answers while it runs.")
