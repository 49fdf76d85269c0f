"""Comparing what happened with what was expected."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from typing import TYPE_CHECKING, Any

from cityos_runtime.activities import OUTBOX_OPERATION

from cityos_dsl.fields import seconds

if TYPE_CHECKING:
    from cityos_runtime.sandbox.state import CallRecord


@dataclass
class Happened:
    """What a run did, as its workflow, its history and the systems' own logs say."""

    ended: str
    """completed, failed, cancelled, or running where it was left so."""
    result: Any = None
    error_class: str = ""
    message: str = ""
    undone: list[str] = field(default_factory=list)
    not_undone: list[str] = field(default_factory=list)
    parked: list[str] = field(default_factory=list)
    ran: list[str] = field(default_factory=list)
    """Operations in the order of their first call."""
    calls: dict[str, list[dict[str, Any]]] = field(default_factory=dict)
    keys: dict[str, set[str]] = field(default_factory=dict)
    arrived: list[tuple[str, str]] = field(default_factory=list)
    """Every call's operation and key, as they came."""
    looked_up: list[str] = field(default_factory=list)
    started: datetime = datetime.min
    emitted: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    signalled: list[tuple[str, str]] = field(default_factory=list)
    """Signals to other workflows, with their ids."""
    took: float = 0.0
    really_took: float = 0.0
    """Seconds of real time from its start until its end was seen."""
    queried: list[str] = field(default_factory=list)
    """Query answers that weren't what was expected."""
    answered: list[Any] = field(default_factory=list)
    """All answers of queries, in order."""
    status: dict[str, Any] = field(default_factory=dict)
    """What `getWorkflowStatus` says at the end; empty where the run refused its input."""


def note_calls(happened: Happened, calls: Iterable[CallRecord]) -> None:
    """Take in what the systems' own logs say."""
    for call in calls:
        if call.operation.endswith(".lookup"):
            happened.looked_up.append(call.operation.removesuffix(".lookup"))
            continue
        if call.operation == OUTBOX_OPERATION:
            happened.emitted.append((str(call.input.get("event_type")), call.input.get("payload") or {}))
            continue
        if call.operation not in happened.calls:
            happened.ran.append(call.operation)
        happened.arrived.append((call.operation, call.key))
        happened.calls.setdefault(call.operation, []).append(call.input)
        happened.keys.setdefault(call.operation, set()).add(call.key)


def compare(expect: dict[str, Any], happened: Happened) -> list[str]:
    """Every difference, in a sentence each; empty where all is as expected."""
    wrong = [*happened.queried]
    if "fails" not in expect and "cancelled" not in expect and happened.ended == "failed":
        wrong.append(f"it failed with {happened.error_class}: {happened.message}")
    for name, wanted in expect.items():
        check = _CHECKS.get(name)
        wrong += check(wanted, happened) if check is not None else _inputs(name, wanted, happened)
    return wrong


def _result(wanted: Any, happened: Happened) -> list[str]:
    if happened.ended != "completed":
        return [f"it should have given {wanted}, and it {happened.ended} ({happened.error_class})"]
    return [f"result: {text}" for text in differences(wanted, happened.result)]


def _fails(wanted: Any, happened: Happened) -> list[str]:
    if happened.ended != "failed":
        return [f"it should fail with {wanted}, and it {happened.ended}: {happened.result}"]
    return [] if happened.error_class == wanted else [
        f"it should fail with {wanted}, not {happened.error_class}: {happened.message}"
    ]  # fmt: skip


def _cancelled(wanted: Any, happened: Happened) -> list[str]:
    return [] if (happened.ended == "cancelled") == bool(wanted) else [f"cancelled: it {happened.ended}"]


def _undone(wanted: Any, happened: Happened) -> list[str]:
    return _sequence("undone", wanted, happened.undone)


def _not_undone(wanted: Any, happened: Happened) -> list[str]:
    return [] if sorted(wanted) == sorted(happened.not_undone) else [f"not undone: {happened.not_undone}, not {wanted}"]


def _parked(wanted: Any, happened: Happened) -> list[str]:
    return [] if wanted == happened.parked else [f"parked: {happened.parked}, not {wanted}"]


def _ran(wanted: Any, happened: Happened) -> list[str]:
    return _sequence("ran", wanted, happened.ran)


def _not_ran(wanted: Any, happened: Happened) -> list[str]:
    return [f"{name} should not run" for name in wanted if name in happened.calls]


def _calls(wanted: Any, happened: Happened) -> list[str]:
    counts = {name: len(happened.calls.get(name, [])) for name in wanted}
    return [f"{name}: {counts[name]} calls, not {n}" for name, n in wanted.items() if counts[name] != int(n)]


def _keys(wanted: Any, happened: Happened) -> list[str]:
    counts = {name: len(happened.keys.get(name, set())) for name in wanted}
    return [f"{name}: {counts[name]} idempotency keys, not {n}" for name, n in wanted.items() if counts[name] != int(n)]


def _took(wanted: Any, happened: Happened) -> list[str]:
    """Virtual time, which also goes on while something really runs: that much real time is the margin."""
    expected = 0.0 if wanted in (0, "0", "0s") else seconds(str(wanted)) or 0.0
    return [] if abs(happened.took - expected) <= 1.0 + happened.really_took else [
        f"it took {happened.took:.0f} s of virtual time, not {expected:.0f}"
    ]  # fmt: skip


def _status(wanted: Any, happened: Happened) -> list[str]:
    return [] if happened.ended == wanted else [f"it {happened.ended}, not {wanted}"]


def _inputs(operation: str, wanted: Any, happened: Happened) -> list[str]:
    """What an operation was called with: one of its calls fits."""
    calls = happened.calls.get(operation, [])
    if not calls:
        return [f"{operation} was not called"]
    found = [differences(wanted["with"], call) for call in calls]
    return [] if any(not texts for texts in found) else [f"{operation}: {text}" for text in found[-1]]


def _emitted(wanted: Any, happened: Happened) -> list[str]:
    """Events by name, or by name and a part of their payload; `[]` stands for none but the runtime's own."""
    names = [name for name, _ in happened.emitted]
    if not wanted:
        return [f"{name} was emitted" for name in names if not name.startswith("workflow.")]
    wrong = [f"{name} was not emitted; {names} were" for name in wanted if name not in names]
    if wrong or not isinstance(wanted, dict):
        return wrong
    return [text for name, part in wanted.items() for text in _payload(name, part, happened)]


def _payload(event: str, wanted: Any, happened: Happened) -> list[str]:
    found = [differences(wanted, payload) for name, payload in happened.emitted if name == event]
    return [] if any(not texts for texts in found) else [f"{event}: {text}" for text in found[-1]]


def _signalled(wanted: Any, happened: Happened) -> list[str]:
    """The ids of the workflows that a signal was sent to."""
    return [
        f"{signal} was sent to {ids}, not to {targets}"
        for signal, targets in wanted.items()
        if (ids := [to for name, to in happened.signalled if name == signal]) != targets
    ]


def _sequence(what: str, wanted: list[str], got: list[str]) -> list[str]:
    """A sequence; `...` stands for anything between."""
    if _matches(wanted, got):
        return []
    return [f"{what}: [{', '.join(got)}], not [{', '.join(map(str, wanted))}]"]


def _matches(wanted: list[str], got: list[str]) -> bool:
    if not wanted:
        return not got
    if wanted[0] == "...":
        return any(_matches(wanted[1:], got[skip:]) for skip in range(len(got) + 1))
    return bool(got) and got[0] == wanted[0] and _matches(wanted[1:], got[1:])


def differences(wanted: Any, got: Any, path: str = "") -> list[str]:
    """Where ``got`` lacks what is wanted of it; fields that nothing is said of may be anything."""
    if isinstance(wanted, dict):
        if not isinstance(got, dict):
            return [f"{path or 'it'} is {got!r}, not {wanted!r}"]
        return [
            text
            for key, value in wanted.items()
            for text in differences(value, got.get(key), f"{path}.{key}".strip("."))
        ]
    if isinstance(wanted, list) and isinstance(got, list):
        if len(wanted) != len(got):
            return [f"{path or 'it'} has {len(got)} elements, not {len(wanted)}"]
        pairs = enumerate(zip(wanted, got, strict=True))
        return [text for i, (one, other) in pairs for text in differences(one, other, f"{path}[{i}]")]
    return [] if _same(wanted, got) else [f"{path or 'it'} is {got!r}, not {wanted!r}"]


def _same(wanted: Any, got: Any) -> bool:
    if wanted == got:
        return True
    if isinstance(wanted, bool) or isinstance(got, bool) or wanted is None or got is None:
        return False
    try:
        return Decimal(str(wanted)) == Decimal(str(got))
    except InvalidOperation:
        return str(wanted) == str(got)


_CHECKS = {
    "result": _result, "fails": _fails, "cancelled": _cancelled, "undone": _undone, "not_undone": _not_undone,
    "parked": _parked, "ran": _ran, "not_ran": _not_ran, "calls": _calls, "keys": _keys, "took": _took,
    "status": _status, "emitted": _emitted, "signalled": _signalled,
}  # fmt: skip
