"""How far the search goes, and what a choice uses up."""

from __future__ import annotations

from dataclasses import dataclass, fields


@dataclass(frozen=True, slots=True)
class Cost:
    """What a choice uses up of its run's bounds."""

    faults: int = 0
    variants: int = 0
    signals: int = 0
    jumps: int = 0

    def __add__(self, other: Cost) -> Cost:
        return Cost(
            self.faults + other.faults,
            self.variants + other.variants,
            self.signals + other.signals,
            self.jumps + other.jumps,
        )

    @property
    def weight(self) -> int:
        """How unusual it is: what is less so is tried first."""
        return 2 * self.faults + 2 * self.variants + self.signals + self.jumps

    def at_most(self, other: Cost) -> bool:
        """Whether this is no more than the other, in each respect."""
        return (
            self.faults <= other.faults
            and self.variants <= other.variants
            and self.signals <= other.signals
            and self.jumps <= other.jumps
        )


NOTHING = Cost()


@dataclass(frozen=True, slots=True)
class Bounds:
    """How much one run may have of each (None: as much as comes), and how long the search may go on."""

    faults: int | None = 2
    """Errors, unknown outcomes, late answers, cancellations, decisions of an operator."""
    variants: int | None = 2
    """Answers and inputs that differ from the usual one."""
    signals: int | None = 4
    """Signals from outside."""
    jumps: int | None = 12
    """Timers that ring."""
    choices: int = 250
    """Choices in a row."""
    runs: int = 4000
    """Runs of one workflow, all together."""

    def exceeded(self, cost: Cost) -> str | None:
        """The bound that a run of this cost goes beyond, by name."""
        for each in fields(cost):
            most = getattr(self, each.name)
            if most is not None and getattr(cost, each.name) > most:
                return each.name
        return None

    def counted(self, cost: Cost) -> Cost:
        """Of a cost what is bounded: the rest decides nothing about what may still come."""
        return Cost(**{each.name: getattr(cost, each.name) for each in fields(cost)
                       if getattr(self, each.name) is not None})  # fmt: skip
