"""`if` and `switch`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cityos_dsl.source import Scalar
from cityos_dsl.spec.shape import key, optional
from cityos_dsl.spec.steps.base import Step


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class If(Step):
    """Choose between two branches."""

    LABEL: ClassVar[str] = "`if`"
    WORD: ClassVar[str] = "then"
    then: tuple[Step, ...] = key("What is done where the condition holds.")
    else_: tuple[Step, ...] | None = optional("What is done otherwise.")

    @property
    def name(self) -> Scalar | None:
        """A branching has no name but its ``id``."""
        return self.id


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Switch(Step):
    """Choose by a value."""

    LABEL: ClassVar[str] = "`switch`"
    WORD: ClassVar[str] = "switch"
    switch: Scalar = key("The value to choose by.", example="input.gateway")
    cases: dict[Scalar, tuple[Step, ...]] = key("A branch for each value.")
    default: tuple[Step, ...] | None = optional("What is done for every other value.")

    @property
    def name(self) -> Scalar | None:
        """A switch has no name but its ``id``."""
        return self.id
