"""What a run on a server has by chance: its ids, how long its operations took, what came first at one moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from cityos_runtime.virtual import Asked
from temporalio.api.enums.v1 import EventType

from cityos_compiler.scenarios.histories import without_fetching
from cityos_compiler.scenarios.model import Action
from cityos_compiler.scenarios.orders import Order, in_history
from cityos_compiler.scenarios.outcome import Outcome

_ANSWERED = (
    EventType.EVENT_TYPE_ACTIVITY_TASK_COMPLETED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_FAILED,
    EventType.EVENT_TYPE_ACTIVITY_TASK_TIMED_OUT,
    EventType.EVENT_TYPE_ACTIVITY_TASK_CANCELED,
)


@dataclass(frozen=True)
class Moment:
    """What a workflow knew when something came from outside."""

    fired: int
    """How many timers had fired."""
    under_way: int
    """How many operations had not answered."""


@dataclass
class Pace:
    """The same for a run in this process: with it, idempotency keys are equal, and what runs side by side goes on in
    the same order. How long a timer runs and when an operation is tried again is no part of it."""

    run_ids: dict[str, list[str]] = field(default_factory=dict)
    """Of each workflow id, in the order of its runs."""
    children: dict[str, timedelta] = field(default_factory=dict)
    """How long it waited for each workflow that it started and then left alone, by id."""
    really_took: float = 0.0
    """Seconds of real time that virtual time went on by as well."""
    moments: list[Moment | None] = field(default_factory=list)
    """Of each action; None where the history tells nothing of one."""
    arrivals: int = 0
    """The calls that arrived here."""
    _ahead: dict[tuple[str, str], list[Order]] = field(default_factory=dict)
    """The orders of each operation by each step that are still to come."""
    _arriving: dict[str, list[str]] = field(default_factory=dict)
    """The keys of the calls of each operation that are still to come, as they arrived."""
    _under_way: dict[tuple[str, str, str], tuple[Order, datetime]] = field(default_factory=dict)

    @classmethod
    def of(cls, outcome: Outcome) -> Pace:
        """The pace of a run on Temporal."""
        assert outcome.happened is not None
        ahead, arriving = defaultdict(list), defaultdict(list)
        children = {}
        orders = in_history(outcome.histories)
        told = {order.said["workflow_id"] for order in orders if order.kind == "told"}
        for order in orders:
            if order.kind == "operation":
                ahead[order.name, order.said["step"]].append(order)
            elif order.kind == "child" and order.until is not None and _is_left_alone(order, told):
                children[order.said["workflow_id"]] = order.until - order.at
        for operation, key in outcome.happened.arrived:
            arriving[operation].append(key)
        moments = list(_moments(outcome.scenario.actions, [e for each in outcome.histories for e in each.events]))
        ids, really_took = _run_ids(outcome.histories), outcome.happened.really_took
        return cls(ids, children, really_took, moments, 0, dict(ahead), dict(arriving))

    def moment(self, number: int) -> Moment:
        """When an action came; where nothing tells that, nothing was under way."""
        known = self.moments[number] if self.moments else None
        return known or Moment(0, 0)

    def lasting(self, asked: Asked, now: datetime) -> timedelta:
        """How long an attempt at an operation lasts: the last until the server's run heard of it, others no time."""
        which = asked.operation, asked.step, asked.key
        if asked.attempt == 1 and (ahead := self._ahead.get(which[:2])):
            # A key may be made of a moment, which is another one here.
            place = next((place for place, order in enumerate(ahead) if order.said["key"] == asked.key), 0)
            self._under_way[which] = ahead.pop(place), now
        order, began = self._under_way.get(which, (None, now))
        if order is None or asked.attempt != order.tries or order.until is None:
            return timedelta(0)
        return max(order.until - order.at - (now - began), timedelta(0))

    def comes_later(self, asked: Asked) -> bool:
        """Whether another call of the operation arrived before this one."""
        arriving = self._arriving.get(asked.operation, [])
        return asked.key in arriving[1:] and arriving[0] != asked.key

    def arrived(self, asked: Asked) -> None:
        """A call arrives here."""
        self.arrivals += 1
        if arriving := self._arriving.get(asked.operation):
            arriving.remove(asked.key if asked.key in arriving else arriving[0])


def _is_left_alone(child: Order, told: set[str]) -> bool:
    """Whether a called workflow came to its end by itself: nothing was sent to it by its caller."""
    return child.became != "cancelled" and child.said["workflow_id"] not in told


def _run_ids(histories: list[Any]) -> dict[str, list[str]]:
    """The ids of its runs, and those of the runs that they started."""
    ids: dict[str, list[str]] = defaultdict(list)
    for history in histories:
        ids[history.workflow_id].append(history.run_id)
        for event in history.events:
            if event.event_type == EventType.EVENT_TYPE_CHILD_WORKFLOW_EXECUTION_STARTED:
                child = event.child_workflow_execution_started_event_attributes.workflow_execution
                ids[child.workflow_id].append(child.run_id)
    return dict(ids)


def _moments(actions: Iterable[Action], events: list[Any]) -> Iterator[Moment | None]:
    """When each action came. In one task a workflow hears of messages first."""
    came: dict[str, list[Moment]] = defaultdict(list)
    asked, answered, fired = 0, 0, 0
    heard = 0, 0
    for event in without_fetching(events):
        name = _message(event)
        if name is not None:
            came[name].append(Moment(heard[0], asked - heard[1]))
        elif event.event_type == EventType.EVENT_TYPE_WORKFLOW_TASK_STARTED:
            heard = fired, answered
        asked += event.event_type == EventType.EVENT_TYPE_ACTIVITY_TASK_SCHEDULED
        answered += event.event_type in _ANSWERED
        fired += event.event_type == EventType.EVENT_TYPE_TIMER_FIRED
    for action in actions:
        name = action.name if action.kind in ("signal", "event") else action.kind
        yield came[name].pop(0) if came[name] else None


def _message(event: Any) -> str | None:
    """What an event brings from outside: a signal's name, or the kind of an action."""
    match event.event_type:
        case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_SIGNALED:
            return str(event.workflow_execution_signaled_event_attributes.signal_name)
        case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_CANCEL_REQUESTED:
            return "cancel"
        case EventType.EVENT_TYPE_WORKFLOW_EXECUTION_UPDATE_ACCEPTED:
            return "decide"
    return None
