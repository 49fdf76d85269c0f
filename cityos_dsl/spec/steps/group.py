"""`group`: steps that belong together."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cityos_dsl.source import Scalar
from cityos_dsl.spec.shape import Fields, key, optional
from cityos_dsl.spec.steps.base import Branch, Step, Undoing


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Group(Step):
    """Steps that belong together."""

    LABEL: ClassVar[str] = "`group`"
    WORD: ClassVar[str] = "group"
    group: Scalar = key("Its name.")
    steps: tuple[Step, ...] = key("Its steps.")
    state: Fields | None = optional("State of its own.")
    catch: dict[Scalar, tuple[Step, ...]] | None = optional("Branches by error class.")
    until: Scalar | None = optional("A deadline: what runs is cancelled, what is done stays.")
    within: Scalar | None = optional(
        "All the time it may take; over it, the group fails with TimeoutError.", example="2h"
    )
    timeout: tuple[Step, ...] | None = optional("What is done when the time is over.")
    meanwhile: dict[Scalar, Branch] | None = optional("What is done on the way.")
    compensate: Scalar | Undoing | None = optional("What undoes the whole group.")
    on_failure: Scalar | tuple[Step, ...] | None = optional("What happens when it fails for good.")
    no_undo: Scalar | None = optional("Why its steps need no compensation.")
