"""What the world around a run may do next."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from cityos_compiler.verifying.bounds import NOTHING, Cost


@dataclass(frozen=True, slots=True, eq=False)
class Choice:
    """One thing that happens to a run."""

    kind: str
    """answer, fail, unknown, late, signal, time, cancel, decide."""
    name: str
    """A step, a signal, a timer."""
    detail: Any = None
    """The answer, the error class, the payload, the action."""
    place: int = 0
    """Which of the things that are under way."""
    cost: Cost = NOTHING

    def shown(self) -> str:
        """In words."""
        match self.kind:
            case "answer":
                return f"{self.name} ok"
            case "fail":
                return f"{self.name} {self.detail}"
            case "happened":
                return f"{self.name} no answer, though it happened"
            case "lost":
                return f"{self.name} no answer, and it did not happen"
            case "signal":
                return f"signal {self.name}"
            case "time":
                return f"time passes: {self.name}"
            case "decide":
                return f"operator: {self.detail} {self.name}"
        return self.name or self.kind

    def data(self) -> dict[str, Any]:
        """As JSON."""
        return {"kind": self.kind, "name": self.name, "detail": self.detail, "place": self.place}


@dataclass(frozen=True, slots=True)
class Path:
    """Choices in a row, each knowing the one before: many paths share their beginning."""

    choice: Choice | None = None
    before: Path | None = None
    length: int = 0
    cost: Cost = NOTHING
    given: int = 0
    """Which of the inputs the run starts with."""

    def then(self, choice: Choice) -> Path:
        """One choice further."""
        return Path(choice, self, self.length + 1, self.cost + choice.cost, self.given)

    def choices(self) -> list[Choice]:
        """All of them, in order."""
        found: list[Choice] = []
        path: Path | None = self
        while path is not None and path.choice is not None:
            found.append(path.choice)
            path = path.before
        return found[::-1]
