"""Virtual time: it goes on only from one thing that happens to the next."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

START = datetime(2027, 1, 4, 8, 0, tzinfo=UTC)
"""A Monday morning, the same for every run: what happens must not depend on the day."""


class Appointment:
    """Something that is to happen at a time, unless it is called off."""

    __slots__ = ("do", "off", "time")

    def __init__(self, time: datetime, do: Callable[[], None]) -> None:
        self.time = time
        self.do = do
        self.off = False

    def call_off(self) -> None:
        """It doesn't happen."""
        self.off = True


class Clock:
    """The time, and what is to happen when: in the order of time, and of making where that is the same."""

    def __init__(self, now: datetime = START) -> None:
        self.now = now
        self._made = 0
        self._ahead: list[tuple[datetime, int, Appointment]] = []

    def at(self, time: datetime, do: Callable[[], None]) -> Appointment:
        """Make an appointment; one in the past is for now."""
        appointment = Appointment(max(time, self.now), do)
        self._made += 1
        heapq.heappush(self._ahead, (appointment.time, self._made, appointment))
        return appointment

    def after(self, delay: timedelta, do: Callable[[], None]) -> Appointment:
        """Make an appointment so much later."""
        return self.at(self.now + delay, do)

    @property
    def next(self) -> datetime | None:
        """When something happens next."""
        while self._ahead and self._ahead[0][2].off:
            heapq.heappop(self._ahead)
        return self._ahead[0][0] if self._ahead else None

    def step(self) -> bool:
        """Go on to the next thing and let it happen; False where there is none."""
        if self.next is None:
            return False
        self.now, _, appointment = heapq.heappop(self._ahead)
        appointment.do()
        return True
