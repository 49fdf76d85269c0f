"""A scenario and what became of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from cityos_compiler.scenarios.expect import Happened
from cityos_compiler.scenarios.model import Scenario


@dataclass
class Outcome:
    """A scenario and what was wrong with it; empty where nothing was."""

    scenario: Scenario
    wrong: list[str] = field(default_factory=list)
    happened: Happened | None = None
    history: Any = None
    """Of a run on Temporal."""
    earlier: list[Any] = field(default_factory=list)
    """The histories of the runs that this one continued as new, from the first."""
    number: int = 0
    """Which tenant of its own it had."""
    trace: list[Any] = field(default_factory=list)
    """Of a run in this process."""

    @property
    def histories(self) -> list[Any]:
        """Of all runs that it took on Temporal."""
        return [*self.earlier, *([] if self.history is None else [self.history])]
