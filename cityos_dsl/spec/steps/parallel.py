"""`parallel`: branches at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cityos_dsl.source import Scalar
from cityos_dsl.spec.shape import key, optional
from cityos_dsl.spec.steps.base import Step


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Parallel(Step):
    """Several branches at once."""

    LABEL: ClassVar[str] = "`parallel`"
    WORD: ClassVar[str] = "parallel"
    parallel: Scalar = key("Its name.")
    branches: dict[Scalar, tuple[Step, ...]] | tuple[Step, ...] = key("The branches: steps, or named lists of steps.")
    first: Scalar | None = optional("Whether the first to end cancels the others.", words=("true", "false"))
