"""What a workflow listens to: signals and timers, and the box that keeps what came early."""

from __future__ import annotations

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Generic, Literal, TypeAlias, TypeVar, cast

from pydantic import ValidationError

from cityos_runtime.model import BORDER, Cancel, Model, SignalModel

if TYPE_CHECKING:
    from cityos_runtime.waiting import Heard

SignalT = TypeVar("SignalT", bound=SignalModel)
Contracts: TypeAlias = Mapping[str, tuple[type[Model], *tuple[str, ...]]]
"""Signal name to its payload and the other names it goes by."""

REMEMBERED_EVENTS = 1000
"""How many event ids are kept to tell a repeated signal; more would grow what is carried along."""


@dataclass(frozen=True, eq=False)
class On(Generic[SignalT]):
    """A signal that is listened to, and under `meanwhile` what is done when it comes."""

    model: type[SignalT]
    where: Callable[[SignalT], bool] | None = None
    do: Callable[[SignalT], Awaitable[None]] | None = None

    def fits(self, name: str, payload: Model) -> bool:
        """Whether this is the signal that is meant."""
        if name != self.model.SIGNAL or not isinstance(payload, self.model):
            return False
        return self.where is None or self.where(payload)

    def payload(self, heard: Heard) -> SignalT:
        """The payload of what was heard, when it was this."""
        if heard.by is not self:
            raise ValueError(f"the wait did not end by {self.model.SIGNAL}")
        return cast(SignalT, heard.payload)


@dataclass(frozen=True, eq=False)
class Every:
    """A timer under `meanwhile` that comes again and again."""

    interval: timedelta
    do: Callable[[], Awaitable[None]]
    key: str = ""


@dataclass(frozen=True, eq=False)
class At:
    """A timer under `meanwhile` at a computed time. The time is live: moved it re-arms, None means never."""

    when: Callable[[], datetime | None]
    do: Callable[[], Awaitable[None]]
    key: str = ""
    past: Literal["run", "skip"] = "run"


Watch: TypeAlias = On[Any] | Every | At


@dataclass(frozen=True)
class Kept:
    """A signal that was received and not yet claimed."""

    number: int
    name: str
    payload: Model
    event_id: str


class Mailbox:
    """Receives from the first workflow task on, checks, and keeps what nobody waits for yet."""

    def __init__(self, contracts: Contracts, carried: Mapping[str, Any] | None = None) -> None:
        self._contracts = dict(contracts)
        self._names = {alias: name for name, (_, *aliases) in contracts.items() for alias in aliases}
        self.kept: list[Kept] = []
        self.counts: Counter[str] = Counter()
        self._events: dict[str, None] = {}
        self._number = 0
        self._restore(carried or {})

    def receive(self, name: str, payload: Any, envelope: Mapping[str, Any] | None = None) -> None:
        """Take a signal in. One that is invalid, unknown or a repetition is counted and not kept."""
        event_id = str((envelope or {}).get("event_id") or "")
        if event_id and event_id in self._events:
            self.counts["duplicate"] += 1
            return
        name = self._names.get(name, name)
        contract = self._contracts.get(name)
        if contract is None:
            self.counts["unknown"] += 1
            return
        try:
            model = contract[0].model_validate(payload if payload is not None else {}, context=BORDER)
        except ValidationError:
            self.counts["invalid"] += 1
            return
        self.counts["received"] += 1
        self._remember(event_id)
        self.keep(name, model, event_id)

    def keep(self, name: str, payload: Model, event_id: str = "") -> None:
        """Put a checked signal behind those that came before."""
        self._number += 1
        self.kept.append(Kept(self._number, name, payload, event_id))

    def find(self, watches: Sequence[Watch]) -> tuple[Kept, On[Any]] | None:
        """The oldest kept signal that one of these listens to."""
        listening = [watch for watch in watches if isinstance(watch, On)]
        for kept in self.kept:
            for on in listening:
                if on.fits(kept.name, kept.payload):
                    return kept, on
        return None

    def claim(self, kept: Kept) -> None:
        """Take a kept signal out: somebody serves it."""
        self.kept.remove(kept)
        self.counts["claimed"] += 1

    def drop(self, name: str) -> None:
        """Take out what nobody serves any more."""
        self.kept = [kept for kept in self.kept if kept.name != name]

    def carry(self) -> dict[str, Any]:
        """What the next run needs, as JSON."""
        return {
            "kept": [[kept.name, kept.payload.model_dump(mode="json"), kept.event_id] for kept in self.kept],
            "events": list(self._events),
            "counts": dict(self.counts),
            "number": self._number - len(self.kept),
        }

    def _restore(self, carried: Mapping[str, Any]) -> None:
        self.counts.update(carried.get("counts", {}))
        self._events = dict.fromkeys(carried.get("events", []))
        self._number = carried.get("number", 0)
        for name, payload, event_id in carried.get("kept", []):
            model = Cancel if name == Cancel.SIGNAL else self._contracts[name][0]
            self.keep(name, model.model_validate(payload), event_id)

    def _remember(self, event_id: str) -> None:
        if event_id:
            self._events[event_id] = None
            if len(self._events) > REMEMBERED_EVENTS:
                del self._events[next(iter(self._events))]
