"""What surrounds a step: where control goes when it doesn't simply go on."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace


@dataclass(frozen=True)
class Around:
    """Points outside of a step that its ends, failures and waits lead to."""

    failing: int
    """Where a failure goes."""
    leaving: Mapping[str, int] = field(default_factory=dict)
    """Where `leave` goes, by the name of the loop or group."""
    passing: Mapping[str, int] = field(default_factory=dict)
    """Where `next` goes, by the name of the loop."""
    retrying: int | None = None
    """The step whose next round `retry` begins."""
    beside: tuple[tuple[int, int | None], ...] = ()
    """What may interrupt a wait: the point where it begins, and the one from which the wait goes on."""

    def inside(self, name: str, *, leaving: int, passing: int | None = None, failing: int | None = None) -> Around:
        """Within a loop or group of this name."""
        return replace(
            self,
            leaving={**self.leaving, name: leaving},
            passing=self.passing if passing is None else {**self.passing, name: passing},
            failing=self.failing if failing is None else failing,
        )
