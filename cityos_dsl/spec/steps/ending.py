"""`return`, `fail`, `leave`, `next` and `retry`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cityos_dsl.source import Scalar
from cityos_dsl.spec.shape import Value, key, optional
from cityos_dsl.spec.steps.base import Step


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Return(Step):
    """End with the output."""

    LABEL: ClassVar[str] = "`return`"
    WORD: ClassVar[str] = "return"
    return_: Value = key("The output.", example={"status": "placed"})

    @property
    def name(self) -> Scalar | None:
        """It has no name but its ``id``."""
        return self.id


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Fail(Step):
    """End with an error class, undoing first."""

    LABEL: ClassVar[str] = "`fail`"
    WORD: ClassVar[str] = "fail"
    fail: Scalar = key("The error class.", example="TimeoutError")
    message: Scalar | None = optional("What happened, for people.")

    @property
    def name(self) -> Scalar | None:
        """It has no name but its ``id``."""
        return self.id


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Leave(Step):
    """Out of the loop or group."""

    LABEL: ClassVar[str] = "`leave`"
    WORD: ClassVar[str] = "leave"
    leave: Scalar | None = optional("Which one; the innermost loop otherwise.")

    @property
    def name(self) -> Scalar | None:
        """It has no name but its ``id``."""
        return self.id


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Next(Step):
    """On with the loop's next pass."""

    LABEL: ClassVar[str] = "`next`"
    WORD: ClassVar[str] = "next"
    next: Scalar | None = optional("Which loop; the innermost otherwise.")

    @property
    def name(self) -> Scalar | None:
        """It has no name but its ``id``."""
        return self.id


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Retry(Step):
    """In a ``catch``: the next business round."""

    LABEL: ClassVar[str] = "`retry`"
    WORD: ClassVar[str] = "retry"
    retry: Scalar | None = optional("Nothing: the word stands alone.")

    @property
    def name(self) -> Scalar | None:
        """It has no name but its ``id``."""
        return self.id
