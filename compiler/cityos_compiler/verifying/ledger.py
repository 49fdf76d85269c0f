"""What happened in the systems, kept apart from what the workflow remembers of it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

UNDO = "undo-"


@dataclass
class Effect:
    """Something that a step brought about, or may have."""

    step: str
    operation: str
    key: str
    happened: bool
    doubtful: bool
    """Whether the workflow was told neither that it happened nor that it didn't."""
    output: Any
    place: int
    """In the order in which they came to be known."""
    late: bool = False
    """Done after a pivot."""
    committed: bool = False
    exempt: bool = False
    """Done while the workflow was ending, where nothing is undone any more."""
    undone: int = 0
    given_up: bool = False
    """Undoing it, or asking for it, failed: an operator takes over."""

    @property
    def stands(self) -> bool:
        """Whether it happened and was not undone."""
        return self.happened and not self.undone


@dataclass
class Ledger:
    """The effects of one run, in order."""

    effects: list[Effect] = field(default_factory=list)
    undoings: list[tuple[str, int, int]] = field(default_factory=list)
    """The compensations that were carried out: their operation, the place of what they undid, and in which sweep."""
    sweeps: int = 0
    """How often undoing began."""
    wrong: list[tuple[str, str, str]] = field(default_factory=list)
    """What is wrong already: kind, step, and what."""
    pivoted: bool = False
    ending: bool = False
    _places: int = 0
    _unanswered: set[str] = field(default_factory=set)

    def state(self) -> Any:
        """What of it can matter later."""
        return (
            tuple((e.step, e.key, e.happened, e.doubtful, e.committed, e.exempt, e.undone, e.given_up)
                  for e in self.effects),
            len(self.undoings), len(self.wrong), self.pivoted, self.ending,
        )  # fmt: skip

    def note(self, step: str, operation: str, key: str, *, happened: bool, doubtful: bool, output: Any = None) -> None:
        """An operation that changes something came to an end."""
        self._places += 1
        for earlier in self.effects:
            if earlier.key == key and earlier.operation == operation:
                # The same key again: one effect, and what is known of it now.
                earlier.happened = earlier.happened or happened
                earlier.doubtful = doubtful
                earlier.output = output if happened else earlier.output
                earlier.place = self._places
                return
        effect = Effect(
            step, operation, key, happened, doubtful, output, self._places, self.pivoted, exempt=self.ending
        )
        self.effects.append(effect)

    def refused(self, step: str, key: str) -> None:
        """What had begun came to nothing: the workflow was told so, unless its question had no answer."""
        for effect in self.effects:
            if effect.key == key and effect.step == step and key not in self._unanswered:
                effect.happened = effect.doubtful = False

    def unanswered(self, key: str) -> None:
        """A question had no answer: it may have been how something stands that has begun."""
        self._unanswered.add(key)

    def found(self, operation: str, key: str) -> Any:
        """What a key brought about, or None."""
        return next((e.output for e in self.effects if e.key == key and e.operation == operation and e.stands), None)

    def undone(self, operation: str, key: str, *, done: bool) -> None:
        """A compensation came to an end."""
        effect = self._undone_by(key)
        if effect is None or not (effect.happened or effect.doubtful):
            self.wrong.append(("unasked", operation, f"`{operation}` undoes what never was"))
            return
        if not done:
            effect.given_up = True
            return
        effect.undone += 1
        self.undoings.append((operation, effect.place, self.sweeps))
        if effect.undone > 1:
            self.wrong.append(("twice", effect.step, f"`{effect.step}` was undone twice by `{operation}`"))
        if effect.committed:
            self.wrong.append(("committed", effect.step, f"`{effect.step}` was undone after it had been committed"))

    def lookup_failed(self, operation: str, key: str) -> None:
        """Nobody could tell whether something happened."""
        for effect in self.effects:
            if effect.key == key and effect.operation == operation:
                effect.given_up = True

    def commit(self) -> None:
        """A pivot was passed."""
        self.pivoted = True
        for effect in self.effects:
            effect.committed = True

    def _undone_by(self, key: str) -> Effect | None:
        prefix = key.removeprefix(UNDO)[:30]
        return next((effect for effect in self.effects if effect.key[:30] == prefix), None)
