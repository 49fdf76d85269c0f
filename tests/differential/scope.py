"""What the steps of a random workflow may name where they stand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

Fields = Mapping[str, str]

STOP: Fields = {"place": "string", "price": "decimal", "mood": "Mood", "count": "int"}
ERROR: Fields = {"name": "string", "message": "string", "outcome": "string"}


@dataclass(frozen=True)
class Target:
    """A block that a step may end."""

    name: str
    is_loop: bool = False
    apart: bool = False
    """Its passes run side by side, or may fail alone."""


@dataclass(frozen=True)
class Scope:
    """Names, as expressions with their types, and what may be done here."""

    values: Fields
    """What surely has a value."""
    maybe: Fields = field(default_factory=dict)
    """What may be null."""
    assignable: Fields = field(default_factory=dict)
    """Variables; one that may be null has a `?` behind its type."""
    undoable: tuple[str, ...] = ()
    targets: tuple[Target, ...] = ()
    returns: bool = True
    pivots: bool = True
    retries: bool = False
    """Whether a business round may follow."""

    def knowing(self, fields: Fields, under: str = "") -> Scope:
        """With values, those of a record under its name."""
        prefix = f"{under}." if under else ""
        return replace(self, values={**self.values, **{prefix + name: kind for name, kind in fields.items()}})

    def perhaps(self, fields: Fields) -> Scope:
        """With values that may be missing."""
        return replace(self, maybe={**self.maybe, **fields})

    def holding(self, variables: Fields) -> Scope:
        """With variables that may be assigned."""
        sure = {name: kind for name, kind in variables.items() if not kind.endswith("?")}
        unsure = {name: kind.removesuffix("?") for name, kind in variables.items() if kind.endswith("?")}
        return replace(self.knowing(sure).perhaps(unsure), assignable={**self.assignable, **variables})

    def inside(self, target: Target) -> Scope:
        """Within a block."""
        outer = () if target.apart else self.targets
        return replace(
            self, targets=(*outer, target), pivots=self.pivots and not target.apart,
            returns=self.returns and not target.apart, retries=False,
        )  # fmt: skip

    def alone(self) -> Scope:
        """Where a flow of its own runs beside others: it ends nothing around it, and commits nothing."""
        return replace(self, targets=(), returns=False, pivots=False, retries=False)
