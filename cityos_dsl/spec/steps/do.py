"""`do`: run an operation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cityos_dsl.source import Scalar
from cityos_dsl.spec.shape import Value, key, optional
from cityos_dsl.spec.steps.base import Step, Undoing


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Do(Step):
    """Run an operation of the catalogue."""

    LABEL: ClassVar[str] = "`do`"
    WORD: ClassVar[str] = "do"
    do: Scalar = key("The operation, by its name in `specs/systems`.", example="capturePayment")
    with_: dict[Scalar, Value] | tuple[Scalar, ...] | None = optional(
        "Inputs that aren't wired by name; a list names optional inputs to wire.",
        example={"amount": "input.amount"},
    )
    compensate: Scalar | Undoing | None = optional("What undoes it.", example="refundPayment")
    no_undo: Scalar | None = optional("Why it needs no compensation.", example="it was owed")
    catch: dict[Scalar, tuple[Step, ...]] | None = optional("Branches by error class.")
    rounds: Scalar | None = optional("How many business rounds `retry` may start.", example="3")
    on_failure: Scalar | tuple[Step, ...] | None = optional("What happens when it fails for good.")
    within: Scalar | None = optional("All the time it may take, queue and retries included.", example="10m")
    key: Scalar | None = optional("What distinguishes this call from the step's others.", example="cycle")
    as_: Scalar | None = optional("Which variant of the operation.")
    system: Scalar | None = optional("The system, where it is chosen at run time.", example="input.source_system")
