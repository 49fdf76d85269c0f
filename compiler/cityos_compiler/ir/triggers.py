"""What starts a workflow, and what reaches it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cityos_compiler.ir.base import Expr, Value


@dataclass(frozen=True, kw_only=True)
class Trigger:
    """An event, a schedule, or an operator."""

    event: str | None = None
    condition: Expr | None = None
    """Only events for which this holds."""
    inputs: tuple[tuple[str, Value], ...] = ()
    """The workflow's whole input, from the event."""
    mapped: tuple[str, ...] = ()
    """The inputs that aren't taken by name."""
    schedule: str | None = None
    cadence: dict[str, Any] | None = None
    over: str | None = None
    overlap: str | None = None
    catch_up: float | None = None
    """Seconds."""
    operator: bool = False

    def shown(self) -> dict[str, Any]:
        """The trigger as it is written, for people and for the inventory."""
        shown: dict[str, Any] = {"event": self.event, "schedule": self.schedule, "over": self.over}
        if self.condition is not None:
            shown["if"] = self.condition.text
        if self.mapped:
            shown["input"] = {name: value.text for name, value in self.inputs
                              if name in self.mapped and isinstance(value, Expr)}  # fmt: skip
        return {name: value for name, value in shown.items() if value} | ({"operator": "true"} if self.operator else {})


@dataclass(frozen=True, kw_only=True)
class Address:
    """By which field of which signals a workflow is found, and where the workflow's own value is."""

    signal: str
    """A signal's name, or a pattern such as ``payment.intent.*``."""
    field: str
    path: str
    """``input.<field>`` or ``<step>.<field>``."""
