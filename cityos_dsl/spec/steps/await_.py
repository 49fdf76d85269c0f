"""`await`: wait for signals, a condition or a deadline."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cityos_dsl.source import Scalar
from cityos_dsl.spec.shape import key, optional
from cityos_dsl.spec.steps.base import Branch, Step


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Await(Step):
    """Wait for a signal, a condition or both, up to a deadline."""

    LABEL: ClassVar[str] = "`await`"
    WORD: ClassVar[str] = "await"
    await_: Scalar = key("Its name.", example="awaitApproval")
    where: Scalar | None = optional("Which signals are meant.")
    when: Scalar | None = optional("A condition over state that ends the wait.")
    for_: Scalar | None = optional("How long at most.", example="72h")
    until: Scalar | None = optional("Until when at most; a moved deadline re-arms.")
    signals: dict[Scalar, Branch] | None = optional("The signals that end it, each with its branch.")
    meanwhile: dict[Scalar, Branch] | None = optional("What is done without ending the wait.")
    then: tuple[Step, ...] | None = optional("What is done when `when` became true.")
    timeout: tuple[Step, ...] | None = optional("What is done when the time is over.")

    @property
    def name(self) -> Scalar | None:
        """The await's name."""
        return self.await_
