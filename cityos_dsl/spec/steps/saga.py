"""`undo` and `pivot`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cityos_dsl.source import Scalar
from cityos_dsl.spec.shape import optional
from cityos_dsl.spec.steps.base import Step


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Undo(Step):
    """Run the registered compensations now."""

    LABEL: ClassVar[str] = "`undo`"
    WORD: ClassVar[str] = "undo"
    undo: Scalar | None = optional("Only this step's or block's.")

    @property
    def name(self) -> Scalar | None:
        """It has no name but its ``id``."""
        return self.id


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Pivot(Step):
    """Commit: what is registered so far is no longer undone."""

    LABEL: ClassVar[str] = "`pivot`"
    WORD: ClassVar[str] = "pivot"
    pivot: Scalar | None = optional("Nothing: the word stands alone.")

    @property
    def name(self) -> Scalar | None:
        """It has no name but its ``id``."""
        return self.id
