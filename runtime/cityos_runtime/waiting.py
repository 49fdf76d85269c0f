"""Waits: for signals, conditions and the clock, with what is served meanwhile."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from temporalio import workflow

from cityos_runtime.core import Continue, Scope, scopes
from cityos_runtime.errors import Leave, Next, Return, StepFailed
from cityos_runtime.keys import in_pass, pass_path
from cityos_runtime.model import Model, SignalModel
from cityos_runtime.reachable import Reachable
from cityos_runtime.signals import At, Every, On, Watch
from cityos_runtime.tasks import stop_if_interrupted, wait_until

Instant: TypeAlias = datetime | Callable[[], datetime | None] | None


@dataclass(frozen=True)
class Heard:
    """What ended a wait: a signal, the condition, the clock, or a `leave` from what was served meanwhile."""

    by: On[Any] | None = None
    payload: SignalModel | None = None
    met: bool = False
    timed_out: bool = False
    left: bool = False


class Slept(Model):
    """How a sleep ended."""

    was_past: bool = False
    left: bool = False


class Waiting(Reachable):
    """Waits that serve what the blocks around them listen to."""

    async def wait(
        self,
        step: str,
        signals: Sequence[On[Any]] = (),
        *,
        when: Callable[[], bool] | None = None,
        until: Instant = None,
        lasting: timedelta | None = None,
        meanwhile: Sequence[Watch] = (),
        carry: bool = False,
    ) -> Heard:
        """Wait for the oldest fitting signal, the condition or the deadline, in this order.

        `until` and `when` are live: they are asked again whenever something happened. With `carry` the wait
        may continue as new after something was served, and goes on there with the same deadline.
        """
        stop_if_interrupted()
        self._arrive(step)
        self._progress.enter(step, self.now())
        deadline = self._deadline(step, until, lasting)
        with self._within_scope(Scope(step, meanwhile)):
            try:
                heard = await self._hear(step, signals, when or _never, deadline, carry)
            except (StepFailed, Next, Return):
                self._forget_deadline(step)
                raise
            except Leave as leave:
                if leave.block != step:
                    self._forget_deadline(step)
                    raise
                heard = Heard(left=True)
        self._forget_deadline(step)
        self._progress.leave(step, self.now())
        return heard

    async def sleep(
        self,
        step: str,
        *,
        until: Instant = None,
        lasting: timedelta | None = None,
        meanwhile: Sequence[Watch] = (),
    ) -> Slept:
        """Wait for the clock alone. An instant that is past goes on at once."""
        end = self._deadline(step, until, lasting)()
        if end is not None and end <= self.now():
            await self._serve_all()
            self._forget_deadline(step)
            self._progress.leave(step, self.now())
            slept = Slept(was_past=True)
        else:
            heard = await self.wait(step, until=until, lasting=lasting, meanwhile=meanwhile)
            slept = Slept(left=heard.left)
        self.keep_result(step, slept)
        return slept

    def _deadline(self, step: str, until: Instant, lasting: timedelta | None) -> Callable[[], datetime | None]:
        if lasting is not None:
            # Carried: a wait that goes on in the next run doesn't begin anew.
            fixed = self._deadlines.setdefault(f"{pass_path()}:{step}", self.now() + lasting)
            return lambda: fixed
        return until if callable(until) else lambda: until

    def _forget_deadline(self, step: str) -> None:
        self._deadlines.pop(f"{pass_path()}:{step}", None)

    async def _hear(
        self,
        step: str,
        signals: Sequence[On[Any]],
        when: Callable[[], bool],
        deadline: Callable[[], datetime | None],
        carry: bool,
    ) -> Heard:
        while True:
            served = await self._serve_one(signals)
            if isinstance(served, Heard):
                return served
            if served:
                if carry and workflow.info().is_continue_as_new_suggested():
                    raise Continue(step)
                continue
            if when():
                return Heard(met=True)
            end = deadline()
            if end is not None and end <= self.now():
                return Heard(timed_out=True)
            await self._idle(step, signals, when, deadline)
            stop_if_interrupted()

    async def _idle(
        self,
        step: str,
        signals: Sequence[On[Any]],
        when: Callable[[], bool],
        deadline: Callable[[], datetime | None],
    ) -> None:
        """Until there is something to look at."""
        armed = self._next_instant(deadline)

        def stirred() -> bool:
            watches = (*signals, *self._listening())
            return self.mailbox.find(watches) is not None or when() or self._next_instant(deadline) != armed

        timeout = None if armed is None else max(armed - self.now(), timedelta(0))
        await wait_until(stirred, timeout, summary=step)

    async def _serve_all(self) -> None:
        """Serve what has come by now, without waiting: at loop heads and before a pivot."""
        while await self._serve_one(()):
            pass

    async def _serve_one(self, signals: Sequence[On[Any]]) -> Heard | bool:
        """Take the oldest signal that fits, or run the earliest timer that is due."""
        found = self.mailbox.find((*signals, *self._listening()))
        if found is not None:
            kept, on = found
            self.mailbox.claim(kept)
            if on in signals:
                return Heard(by=on, payload=_as_signal(kept.payload))
            await self._serve(f"{kept.name}", kept.event_id or str(kept.number), on, kept.payload)
            return True
        due = self._due_timer()
        if due is None:
            return False
        key, timer, instant = due
        self._rearm(key, timer, instant)
        with self._alone(key, instant.isoformat()):
            await timer.do()
        return True

    async def _serve(self, name: str, number: str, on: On[Any], payload: Any) -> None:
        if on.do is not None:
            with self._alone(name, number):
                await on.do(payload)

    @contextmanager
    def _alone(self, name: str, number: str) -> Iterator[None]:
        """One branch at a time, in a pass of its own so that its steps have keys of their own."""
        self._serving = True
        try:
            with in_pass(name, number):
                yield
        finally:
            self._serving = False

    @contextmanager
    def _within_scope(self, scope: Scope) -> Iterator[None]:
        before = self._open(scope)
        self._arm(scope)
        try:
            yield
        except Continue:
            self._close(scope, before, keep_timers=True)
            raise
        except BaseException:
            self._close(scope, before)
            raise
        else:
            self._close(scope, before)

    def _listening(self) -> list[Watch]:
        """What the blocks around listen to, innermost first; nothing while something is being served."""
        if self._serving:
            return []
        return [watch for scope in reversed(scopes.get()) for watch in scope.meanwhile]

    def _arm(self, scope: Scope) -> None:
        for place, watch in enumerate(scope.meanwhile):
            if isinstance(watch, Every):
                self._timers.setdefault(scope.timer_key(watch, place), self.now() + watch.interval)
            elif isinstance(watch, At) and watch.past == "skip":
                instant = watch.when()
                if instant is not None and instant <= self.now():
                    self._timers.setdefault(scope.timer_key(watch, place), instant)

    def _timer_instants(self) -> list[tuple[str, Every | At, datetime]]:
        """The timers in force with the time at which each comes next."""
        instants: list[tuple[str, Every | At, datetime]] = []
        if self._serving:
            return instants
        for scope in scopes.get():
            for place, watch in enumerate(scope.meanwhile):
                key = scope.timer_key(watch, place)
                if isinstance(watch, Every):
                    instants.append((key, watch, self._timers[key]))
                elif isinstance(watch, At):
                    instant = watch.when()
                    # What is kept for it is the time for which it came already: a moved time arms it again.
                    if instant is not None and instant != self._timers.get(key):
                        instants.append((key, watch, instant))
        return instants

    def _due_timer(self) -> tuple[str, Every | At, datetime] | None:
        due = [timer for timer in self._timer_instants() if timer[2] <= self.now()]
        return min(due, key=lambda timer: timer[2], default=None)

    def _rearm(self, key: str, timer: Every | At, instant: datetime) -> None:
        if isinstance(timer, Every):
            # What was missed while the flow was busy isn't caught up.
            while instant <= self.now():
                instant += timer.interval
        self._timers[key] = instant

    def _next_instant(self, deadline: Callable[[], datetime | None]) -> datetime | None:
        instants = [instant for _, _, instant in self._timer_instants()]
        end = deadline()
        return min([*instants, end] if end is not None else instants, default=None)


def _never() -> bool:
    return False


def _as_signal(payload: Any) -> SignalModel:
    assert isinstance(payload, SignalModel)
    return payload
