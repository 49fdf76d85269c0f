"""What every step may carry, and what stands inside of several kinds of steps."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cityos_dsl.source import Node, Scalar
from cityos_dsl.spec.shape import Value, key, optional


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Step:
    """What every step may carry."""

    LABEL: ClassVar[str] = "a step"
    WORD: ClassVar[str] = ""

    node: Node
    if_: Scalar | None = optional("Run the step only where this condition holds.", example="input.is_b2b")
    id: Scalar | None = optional("A name of its own, where the same operation stands twice.", example="recordFailure")
    summary: Scalar | None = optional("What it is for, shown in diagrams and in the Temporal UI.")
    status: Scalar | None = optional("The workflow's status from here on.", example="active")

    @property
    def name(self) -> Scalar | None:
        """The step's name: its ``id``, else what stands after its word."""
        if self.id is not None:
            return self.id
        named: object = getattr(self, self.WORD.rstrip("_"), None) if self.WORD else None
        return named if isinstance(named, Scalar) else None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Undoing:
    """The compensation of a step with inputs of its own."""

    LABEL: ClassVar[str] = "a compensation"
    do: Scalar = key("The operation that undoes the step.", example="refundPayment")
    with_: dict[Scalar, Value] | None = optional("Inputs that aren't wired by name.")


@dataclass(frozen=True, slots=True)
class Branch:
    """A branch of signals: which ones it takes (``where``) and what it does."""

    where: Scalar | None
    steps: tuple[Step, ...]
    timer: Timer | None = None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Timer:
    """A timer under ``meanwhile``: at a computed time, for each of a list, or every so often."""

    LABEL: ClassVar[str] = "a timer"
    each: Scalar | None = optional("One timer for each element.", example="r in input.reminders")
    at: Scalar | None = optional("When it fires; a moved time re-arms it, null means never.")
    every: Scalar | None = optional("How often it fires.", example="15m")
    past: Scalar | None = optional("What happens to a time that is over already.", words=("skip", "run"))
    then: tuple[Step, ...] = key("What is done.")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class BranchMap:
    """A branch written as a map: which signals it takes, and what is done."""

    LABEL: ClassVar[str] = "a branch"
    where: Scalar | None = optional("Which signals it takes.", example="signal.payment_id == paymentId")
    then: tuple[Step, ...] = key("What is done.")
