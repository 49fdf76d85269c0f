"""`for_each` and `repeat`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cityos_dsl.source import Scalar
from cityos_dsl.spec.shape import Fields, key, optional
from cityos_dsl.spec.steps.base import Branch, Step


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class ForEach(Step):
    """Go through a list or a range."""

    LABEL: ClassVar[str] = "`for_each`"
    WORD: ClassVar[str] = "for_each"
    for_each: Scalar = key("Its name.")
    in_: Scalar | None = optional("The list.", example="input.lots")
    from_: Scalar | None = optional("The first number.", example="2")
    to: Scalar | None = optional("The last number.", example="input.plan.num_installments")
    as_: Scalar = key("The name of the element.", example="lot")
    where: Scalar | None = optional("Which elements.")
    concurrency: Scalar | None = optional("How many at a time.", example="5")
    failing: Scalar | None = optional("What a failing element means.", words=("stop", "skip", "collect"))
    state: Fields | None = optional("State of its own, fresh each pass.")
    give: Scalar | None = optional("What each pass gives; the loop's name is then the list.")
    meanwhile: dict[Scalar, Branch] | None = optional("What is done on the way.")
    steps: tuple[Step, ...] = key("What is done for each.")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Repeat(Step):
    """Repeat, up to a bound or for as long as the workflow lives."""

    LABEL: ClassVar[str] = "`repeat`"
    WORD: ClassVar[str] = "repeat"
    repeat: Scalar = key("Its name.")
    at_most: Scalar | None = optional("How often at most.", example="4")
    forever: Scalar | None = optional("Without bound, with continue-as-new.", words=("true",))
    every: Scalar | None = optional("After how many passes a new run begins.", example="30")
    while_: Scalar | None = optional("Only while this holds.")
    state: Fields | None = optional("State of its own, fresh each pass.")
    meanwhile: dict[Scalar, Branch] | None = optional("What is done on the way.")
    steps: tuple[Step, ...] = key("What is repeated.")
    exhausted: tuple[Step, ...] | None = optional("What is done when the bound is reached.")
