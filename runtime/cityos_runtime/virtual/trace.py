"""What happened in a virtual world, in order."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal

Kind = Literal[
    "started", "scheduled", "attempt", "timer", "fired", "signal", "told", "child", "continued", "decided", "cancel",
    "indexed", "ended",
]  # fmt: skip


@dataclass(slots=True)
class Entry:
    """One thing that happened to a run."""

    time: datetime
    workflow: str
    """The run's workflow id."""
    kind: Kind
    name: str = ""
    """A step, a signal, a child's type."""
    details: dict[str, Any] = field(default_factory=dict)
