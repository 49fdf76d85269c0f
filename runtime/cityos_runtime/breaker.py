"""Circuit breakers (architecture §4.5.3): a system that keeps failing is left alone until it may have recovered.

A call that isn't sent fails with `CircuitBreakerOpenError`, which says when to try again; Temporal keeps it until then,
which is the architecture's fallback "queue". Its fallback "cache" is for pages: a workflow that moves money reads no
old answers. Each worker process counts for itself.
"""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from datetime import timedelta

from pydantic import BaseModel


class BreakerLimits(BaseModel):
    """When a system is left alone, and for how long. Times are in seconds."""

    failures: int
    within: float
    recover_after: float
    probes: int = 1


class Breaker:
    """Closed, it lets all calls through. Too many failures open it; later a few calls probe whether it may close."""

    def __init__(self, limits: BreakerLimits, clock: Callable[[], float] = time.monotonic) -> None:
        self._limits = limits
        self._clock = clock
        self._failures: deque[float] = deque()
        self._opened_at: float | None = None
        self._probing = 0
        self._recovered = 0

    @property
    def is_open(self) -> bool:
        """Whether the system is left alone, or only being probed."""
        return self._opened_at is not None

    def rest(self) -> timedelta | None:
        """How long to wait before asking again; None where a call may be sent, which then says how it went."""
        if self._opened_at is None:
            return None
        left = self._opened_at + self._limits.recover_after - self._clock()
        if left > 0:
            return timedelta(seconds=left)
        if self._probing + self._recovered < self._limits.probes:
            self._probing += 1
            return None
        return timedelta(seconds=self._limits.recover_after)

    def succeeded(self) -> None:
        """The system answered. Enough of that, and it is trusted again."""
        if self._opened_at is None:
            return
        self._probing = max(0, self._probing - 1)
        self._recovered += 1
        if self._recovered >= self._limits.probes:
            self._opened_at = None
            self._recovered = self._probing = 0
            self._failures.clear()

    def gave_up(self) -> None:
        """A call was cancelled before it told anything."""
        self._probing = max(0, self._probing - 1)

    def failed(self) -> None:
        """The system gave no answer, or said that it is broken."""
        now = self._clock()
        self._failures.append(now)
        while self._failures and self._failures[0] <= now - self._limits.within:
            self._failures.popleft()
        if self._opened_at is not None or len(self._failures) >= self._limits.failures:
            self._opened_at = now
            self._recovered = self._probing = 0


class Breakers:
    """A breaker for each system, or for each gateway of one."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._known: dict[str, Breaker] = {}

    def of(self, name: str, limits: BreakerLimits | None) -> Breaker | None:
        """The breaker of that name; None where the specs want none."""
        if limits is None:
            return None
        if name not in self._known:
            self._known[name] = Breaker(limits, self._clock)
        return self._known[name]
