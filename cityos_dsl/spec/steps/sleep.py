"""`sleep`: wait for a time."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from cityos_dsl.source import Scalar
from cityos_dsl.spec.shape import key, optional
from cityos_dsl.spec.steps.base import Step


@dataclass(frozen=True, slots=True, kw_only=True, eq=False, repr=False)
class Sleep(Step):
    """Wait for a time."""

    LABEL: ClassVar[str] = "`sleep`"
    WORD: ClassVar[str] = "sleep"
    sleep: Scalar = key("Its name.", example="awaitAuctionStart")
    for_: Scalar | None = optional("How long.", example="24h")
    until: Scalar | None = optional("Until when.", example="input.start_time")
