"""`set`: assign state."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cityos_dsl.source import Scalar
from cityos_dsl.spec.shape import Value, key
from cityos_dsl.spec.steps.base import Step


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Set(Step):
    """Assign state."""

    LABEL: ClassVar[str] = "`set`"
    WORD: ClassVar[str] = "set"
    set: dict[Scalar, Value] = key("Names and their new values.", example={"missed": "missed + 1"})

    @property
    def name(self) -> Scalar | None:
        """An assignment has no name but its ``id``."""
        return self.id
