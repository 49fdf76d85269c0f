"""What a simulation tells: a line for everything that happened."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

import pydantic_core
from cityos_runtime.virtual import Answered, Entry, Failing, Lost


@dataclass(frozen=True)
class Line:
    """One thing that happened."""

    at: timedelta
    depth: int
    """0 for the workflow itself, 1 for what it started."""
    what: str
    where: str
    told: str
    mood: str = ""
    """good, bad, outside, or nothing in particular."""


@dataclass(frozen=True)
class Cast:
    """What a story knows beside its trace."""

    workflow_id: str
    systems: Mapping[str, str]
    """At which system each operation is."""
    heard: Mapping[str, Sequence[str]]
    """The signals that each wait listens to."""


_BECAME = {
    "taken": ("comes", "outside"),
    "kept": ("comes, and nobody listens for it yet", "outside"),
    "invalid": ("refused: its payload doesn't fit its contract", "bad"),
    "duplicate": ("has come before", "outside"),
    "unknown": ("refused: the workflow doesn't take it", "bad"),
}


def lines(trace: Sequence[Entry], start: datetime, cast: Cast) -> Iterator[Line]:
    """The story of a trace."""
    undoing: dict[str, str] = {}
    for entry in trace:
        made = _line(entry, cast, undoing)
        if made is not None:
            what, where, told, mood = made
            depth = 0 if entry.workflow == cast.workflow_id else 1
            yield Line(entry.time - start, depth, what, where, told, mood)


def _line(entry: Entry, cast: Cast, undoing: dict[str, str]) -> tuple[str, str, str, str] | None:
    details = entry.details
    match entry.kind:
        case "scheduled":
            if str(details["summary"]).startswith("undo "):
                undoing[entry.name] = details["summary"]
            return None
        case "attempt":
            return _attempt(entry, cast.systems, undoing)
        case "timer" if entry.name and entry.name != "deadline":
            heard = cast.heard.get(entry.name)
            what = f"for {' or '.join(heard)}, until" if heard else "until"
            return entry.name, "waits", f"{what} {details['at']:%Y-%m-%d %H:%M}", ""
        case "fired" if entry.name == "deadline":
            return "deadline", "clock", "the workflow's time is over", "bad"
        case "fired" if entry.name:
            return entry.name, "clock", "time is over", ""
        case "signal":
            told, mood = _BECAME[details["became"]]
            return entry.name, "signal", told, mood
        case "told":
            found = "delivered" if details["delivered"] else "nobody there"
            return entry.name, "signal", f"to {details['workflow_id']}: {found}", ""
        case "child":
            return entry.name, "starts", details["workflow_id"], ""
        case "continued":
            return entry.name, "", "goes on as a new run", ""
        case "decided":
            return entry.name, "operator", details["action"], "outside"
        case "cancel":
            return "cancellation", "operator", "comes", "outside"
    return None


def _attempt(entry: Entry, systems: Mapping[str, str], undoing: Mapping[str, str]) -> tuple[str, str, str, str]:
    operation, number, outcome = (entry.details[name] for name in ("operation", "attempt", "outcome"))
    step, where = entry.name, systems.get(operation.removesuffix(".lookup"), "outbox")
    if operation.endswith(".lookup"):
        step = f"{step}?"
    elif operation not in (step, "emitEvent"):
        step = f"{step} ({operation})"
    if entry.name in undoing:
        step = f"{undoing[entry.name]}: {entry.name}"
    again = f", try {number}" if number > 1 else ""
    match outcome:
        case Answered(output=None):
            return step, where, "never happened", ""
        case Answered():
            return step, where, f"ok{again}", "good"
        case Failing():
            end = "" if outcome.retryable else ", not tried again"
            return step, where, f"fails{again}: {outcome.error}{end}", "bad"
        case Lost():
            return step, where, f"no answer{again}", "bad"
    raise AssertionError(outcome)


def clock(at: timedelta, wide: int = 1) -> str:
    """`day 3 04:05:06`, the day as wide as is asked for."""
    minutes, seconds = divmod(int(at.total_seconds()) % 86400, 60)
    return f"day {at.days:<{wide}} {minutes // 60:02}:{minutes % 60:02}:{seconds:02}"


def data(entry: Entry, start: datetime) -> dict[str, Any]:
    """An entry as plain data."""
    details = dict(entry.details)
    outcome = details.pop("outcome", None)
    if outcome is not None:
        details["outcome"] = {"kind": type(outcome).__name__.lower(), **_fields(outcome)}
    for term in ("timeout", "within", "retry"):  # of the spec, and not of this run
        details.pop(term, None)
    plain: dict[str, Any] = pydantic_core.to_jsonable_python(details)
    return {"at": (entry.time - start).total_seconds(), "workflow": entry.workflow, "kind": entry.kind,
            "name": entry.name, **plain}  # fmt: skip


def _fields(outcome: Any) -> dict[str, Any]:
    match outcome:
        case Answered(output, _):
            return {"output": output}
        case Failing(error, message, known, retryable):
            return {"error": error, "message": message, "outcome": known, "retryable": retryable}
    return {}
