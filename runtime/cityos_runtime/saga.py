"""Compensations: registered before their step runs, undone newest first."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Generic, TypeAlias, TypeVar, TypeVarTuple

from pydantic import ConfigDict

from cityos_runtime.context import ActivityContext
from cityos_runtime.model import Model
from cityos_runtime.operation import Call, Operation, Retry

T = TypeVar("T")
Kept = TypeVarTuple("Kept")
Calls: TypeAlias = Call[Any] | Sequence[Call[Any]] | None


@dataclass(frozen=True)
class Undo(Generic[T]):
    """How a step is undone. With `needs_result=False` it may run without knowing what the step did."""

    factory: Callable[[T], Calls]
    needs_result: bool = True

    @classmethod
    def of(cls, factory: Callable[[T, *Kept], Calls], *kept: *Kept, needs_result: bool = True) -> Undo[T]:
        """The same in a loop, whose variables mean something else by the time of the undoing: as they are now."""
        return cls(lambda done: factory(done, *kept), needs_result)


class _Input(Model):
    """The input of a carried compensation: its fields as they were."""

    model_config = ConfigDict(extra="allow")


@dataclass(eq=False)
class Registration:
    """One compensation. Without `calls` it isn't known yet what there is to undo."""

    step: str
    blocks: tuple[str, ...]
    context: ActivityContext
    undo: Undo[Any] | None = None
    call: Call[Any] | None = None
    calls: list[Call[Any]] | None = None

    def settle(self, result: Any) -> None:
        """Fix what undoing means, as things stand now."""
        if self.undo is not None:
            self.calls = as_calls(self.undo.factory(result))

    def settle_unknown(self) -> None:
        """The step may have happened: undo it anyway where that needs no result, else look it up later."""
        if self.undo is not None and not self.undo.needs_result:
            self.settle(None)

    def is_of(self, name: str | None) -> bool:
        """Whether this was registered by that step, or inside that block."""
        return name is None or name == self.step or name in self.blocks


def as_calls(calls: Calls) -> list[Call[Any]]:
    """One call, several or none, as a list."""
    if calls is None:
        return []
    return [calls] if isinstance(calls, Call) else list(calls)


@dataclass
class Saga:
    """What is registered, and what became of it."""

    registered: list[Registration] = field(default_factory=list)
    undone: list[str] = field(default_factory=list)
    not_undone: list[str] = field(default_factory=list)

    def register(self, registration: Registration) -> None:
        """Register as newest."""
        self.registered.append(registration)

    def renew(self, registration: Registration) -> None:
        """The step ended: undoing goes by order of completion. A pivot may have dropped it meanwhile."""
        if registration in self.registered:
            self.registered.remove(registration)
            self.registered.append(registration)

    def forget(self, registration: Registration) -> None:
        """There is nothing to undo."""
        if registration in self.registered:
            self.registered.remove(registration)

    def take(self, name: str | None = None) -> list[Registration]:
        """Take out what is to be undone, newest first."""
        taken = [entry for entry in reversed(self.registered) if entry.is_of(name)]
        self.registered = [entry for entry in self.registered if not entry.is_of(name)]
        return taken

    def commit(self) -> None:
        """What is registered so far is no longer undone."""
        self.registered.clear()

    def carry(self) -> dict[str, Any]:
        """What the next run needs, as JSON. Unknown outcomes have been looked up before."""
        return {
            "registered": [_carry_registration(entry) for entry in self.registered],
            "undone": self.undone,
            "not_undone": self.not_undone,
        }

    @classmethod
    def restore(cls, carried: Mapping[str, Any]) -> Saga:
        """The saga of the run before."""
        return cls(
            [_restore_registration(entry) for entry in carried.get("registered", [])],
            list(carried.get("undone", [])),
            list(carried.get("not_undone", [])),
        )


def _carry_registration(entry: Registration) -> dict[str, Any]:
    return {
        "step": entry.step,
        "blocks": list(entry.blocks),
        "context": entry.context.model_dump(mode="json"),
        "calls": [_carry_call(call) for call in entry.calls or []],
    }


def _restore_registration(entry: Mapping[str, Any]) -> Registration:
    return Registration(
        step=entry["step"],
        blocks=tuple(entry["blocks"]),
        context=ActivityContext.model_validate(entry["context"]),
        calls=[_restore_call(call) for call in entry["calls"]],
    )


def _carry_call(call: Call[Any]) -> dict[str, Any]:
    operation, retry = call.operation, call.operation.retry
    return {
        "name": operation.name,
        "system": operation.system,
        "task_queue": operation.task_queue,
        "effect": operation.effect,
        "summary": operation.summary,
        "timeout": operation.timeout.total_seconds(),
        "retry": {
            "attempts": retry.attempts,
            "first": retry.first.total_seconds(),
            "max": retry.max.total_seconds(),
            "backoff": retry.backoff,
            "never": list(retry.never),
        },
        "input": call.input.model_dump(mode="json", by_alias=True),
    }


def _restore_call(carried: Mapping[str, Any]) -> Call[Any]:
    retry = carried["retry"]
    operation = Operation(
        carried["name"],
        system=carried["system"],
        task_queue=carried["task_queue"],
        output=dict[str, Any],
        effect=carried["effect"],
        summary=carried.get("summary"),
        timeout=timedelta(seconds=carried["timeout"]),
        retry=Retry(
            attempts=retry["attempts"],
            first=timedelta(seconds=retry["first"]),
            max=timedelta(seconds=retry["max"]),
            backoff=retry["backoff"],
            never=tuple(retry["never"]),
        ),
    )
    return Call(operation, _Input.model_validate(carried["input"]))
