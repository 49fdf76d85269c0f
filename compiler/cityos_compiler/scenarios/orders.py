"""What a run ordered of the world around it, in order: as its history tells it, and as the trace of a virtual run."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

import pydantic_core
from cityos_runtime.interpreter.dynamic import DYNAMIC_TYPE
from cityos_runtime.virtual.trace import Entry
from temporalio.api.enums.v1 import EventType
from temporalio.common import RetryPolicy
from temporalio.workflow import ParentClosePolicy

from cityos_compiler.scenarios.histories import summary, without_fetching


@dataclass
class Order:
    """One thing that a run asked for."""

    kind: str
    """operation, timer, child, told (a signal to another workflow), indexed (by what messages find it) or continued."""
    name: str
    at: datetime
    """When the workflow asked."""
    said: dict[str, Any] = field(default_factory=dict)
    """With what it asked: inputs, keys, ids."""
    became: str = ""
    """What a timer or a signal came to; empty where nothing yet."""
    stopped: bool = False
    """Whether an operation was asked to stop: then it is chance whether, and how often, it is still sent."""
    tries: int = 0
    """Attempts at an operation, as far as they are told."""
    until: datetime | None = None
    """When the order was answered, and the workflow heard of it; when a timer fires."""
    last_try: datetime | None = None
    """When the last attempt began."""


def in_history(histories: Iterable[Any]) -> list[Order]:
    """What the runs of one workflow id ordered, each a run that the one before continued as new."""
    return [order for history in histories for order in _History().orders(history.events)]


class _History:
    """Goes through the events of one run."""

    def __init__(self) -> None:
        self.made: dict[int, Order] = {}
        self.heard: list[Order] = []
        self.now = datetime.min

    def orders(self, events: Iterable[Any]) -> list[Order]:
        for event in without_fetching(events):
            name = EventType.Name(event.event_type).removeprefix("EVENT_TYPE_").lower()
            when = event.event_time.ToDatetime(tzinfo=UTC)
            if name == "workflow_task_started":
                self._turn(when)
            elif name in _ORDERS:
                self.made[event.event_id] = self._order(name, event)
            elif name in _ANSWERS:
                self._answered(name, event, when)
        return list(self.made.values())

    def _turn(self, when: datetime) -> None:
        """The workflow's own time is that of its task's beginning; what was answered before, it hears now."""
        self.now = when
        for order in self.heard:
            order.until = when
        self.heard = []

    def _order(self, name: str, event: Any) -> Order:
        kind, of = _ORDERS[name]
        attributes = getattr(event, f"{name}_event_attributes")
        order = Order(kind, "", self.now)
        of(order, attributes, event)
        return order

    def _answered(self, name: str, event: Any, when: datetime) -> None:
        which, became = _ANSWERS[name]
        attributes = getattr(event, f"{name}_event_attributes")
        order = self.made.get(getattr(attributes, which))
        if order is None:
            return
        if name == "activity_task_cancel_requested":
            order.stopped = True
            return
        if name == "activity_task_started":
            order.tries, order.last_try = attributes.attempt, when
            return
        order.became = became
        if order.kind != "timer":
            self.heard.append(order)


def _operation(order: Order, attributes: Any, event: Any) -> None:
    input, context = [*_held(attributes.input), {}][:2]
    order.name = attributes.activity_type.name
    order.said = {"input": input, "step": context.get("step", ""), "key": context.get("idempotency_key", "")}
    order.said |= {"summary": summary(event), "task_queue": attributes.task_queue.name}
    retry = attributes.retry_policy
    order.said |= _terms(
        attributes.start_to_close_timeout.ToTimedelta(),
        attributes.schedule_to_close_timeout.ToTimedelta(),
        RetryPolicy(
            retry.initial_interval.ToTimedelta(),
            retry.backoff_coefficient,
            retry.maximum_interval.ToTimedelta(),
            retry.maximum_attempts,
            list(retry.non_retryable_error_types),
        ),
    )


def _terms(timeout: timedelta | None, within: timedelta | None, retry: RetryPolicy) -> dict[str, Any]:
    """How long an operation may take, and how often and when it is tried again. The server fills in what isn't said."""
    longest = retry.maximum_interval or retry.initial_interval * 100
    return {
        "timeout": str(timeout or timedelta(0)),
        "within": str(within or timedelta(0)),
        "first_pause": str(retry.initial_interval),
        "longest_pause": str(longest),
        "backoff": retry.backoff_coefficient,
        "attempts": retry.maximum_attempts,
        "never": list(retry.non_retryable_error_types or ()),
    }


def _timer(order: Order, attributes: Any, event: Any) -> None:
    order.name = summary(event)
    order.until = order.at + attributes.start_to_fire_timeout.ToTimedelta()


def _child(order: Order, attributes: Any, _: Any) -> None:
    arguments = _held(attributes.input)
    order.name = attributes.workflow_type.name
    if order.name == DYNAMIC_TYPE:
        reference, *arguments = arguments
        order.name = reference["workflow"]
    order.said = {"workflow_id": attributes.workflow_id, "input": arguments[0]}
    order.said |= {
        "task_queue": attributes.task_queue.name,
        "at_our_end": ParentClosePolicy(attributes.parent_close_policy).name,
    }


def _indexed(order: Order, attributes: Any, _: Any) -> None:
    fields = attributes.search_attributes.indexed_fields
    order.said = {name: json.loads(payload.data) for name, payload in fields.items()}


def _told(order: Order, attributes: Any, _: Any) -> None:
    order.name = attributes.signal_name
    order.said = {
        "workflow_id": attributes.workflow_execution.workflow_id,
        "payload": _held(attributes.input)[0],
    }


def _continued(order: Order, attributes: Any, _: Any) -> None:
    carried = _held(attributes.input)[-1]
    order.name = carried["at"]


_ORDERS: Mapping[str, Any] = {
    "activity_task_scheduled": ("operation", _operation),
    "timer_started": ("timer", _timer),
    "start_child_workflow_execution_initiated": ("child", _child),
    "signal_external_workflow_execution_initiated": ("told", _told),
    "upsert_workflow_search_attributes": ("indexed", _indexed),
    "workflow_execution_continued_as_new": ("continued", _continued),
}
_ANSWERS: Mapping[str, Any] = {
    "activity_task_started": ("scheduled_event_id", ""),
    "activity_task_cancel_requested": ("scheduled_event_id", ""),
    "activity_task_completed": ("scheduled_event_id", "answered"),
    "activity_task_failed": ("scheduled_event_id", "failed"),
    "activity_task_timed_out": ("scheduled_event_id", "timed out"),
    "activity_task_canceled": ("scheduled_event_id", "cancelled"),
    "timer_fired": ("started_event_id", "fired"),
    "child_workflow_execution_completed": ("initiated_event_id", "answered"),
    "child_workflow_execution_failed": ("initiated_event_id", "failed"),
    "child_workflow_execution_canceled": ("initiated_event_id", "cancelled"),
    "external_workflow_execution_signaled": ("initiated_event_id", "delivered"),
    "signal_external_workflow_execution_failed": ("initiated_event_id", "not delivered"),
}


def _held(payloads: Any) -> list[Any]:
    return [json.loads(payload.data) if payload.data else None for payload in payloads.payloads]


def in_trace(trace: Iterable[Entry], workflow_id: str) -> list[Order]:
    """What the runs of one workflow id ordered in a virtual world."""
    orders: list[Order] = []
    operations: dict[int, Order] = {}
    for entry in trace:
        if entry.workflow != workflow_id:
            continue
        details = entry.details
        match entry.kind:
            case "started":
                operations = {}
            case "attempt":
                operations[details["number"]].tries = details["attempt"]
                operations[details["number"]].last_try = entry.time
            case "fired":
                fired = "timer", entry.name, entry.time
                next(o for o in reversed(orders) if (o.kind, o.name, o.until) == fired).became = "fired"
            case _ if entry.kind in _TRACED and "unsent" not in details:
                orders.append(order := Order(entry.kind, entry.name, entry.time))
                _TRACED[entry.kind](order, details)
                if order.kind == "operation":
                    operations[details["number"]] = order
    return orders


def _scheduled(order: Order, details: Mapping[str, Any]) -> None:
    order.said = {"input": _plain(details["input"]), "step": order.name, "key": details["key"]}
    order.said |= {name: details[name] for name in ("summary", "task_queue")}
    order.said |= _terms(*(details[name] for name in ("timeout", "within", "retry")))
    order.kind, order.name = "operation", details["operation"]


def _set(order: Order, details: Mapping[str, Any]) -> None:
    order.until = details["at"]


def _started(order: Order, details: Mapping[str, Any]) -> None:
    order.said = {name: _plain(details[name]) for name in ("workflow_id", "input", "task_queue", "at_our_end")}


def _found_by(order: Order, details: Mapping[str, Any]) -> None:
    order.said = _plain(details["values"])


def _sent(order: Order, details: Mapping[str, Any]) -> None:
    order.said = {"workflow_id": details["workflow_id"], "payload": _plain(details["payload"])}
    order.became = "delivered" if details["delivered"] else "not delivered"


_TRACED: Mapping[str, Callable[[Order, Mapping[str, Any]], None]] = {
    "scheduled": _scheduled,
    "timer": _set,
    "child": _started,
    "told": _sent,
    "indexed": _found_by,
    "continued": lambda order, details: None,
}


def _plain(value: Any) -> Any:
    return pydantic_core.to_jsonable_python(value)
