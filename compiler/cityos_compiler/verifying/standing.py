"""Where a run stands: what it waits for, and its state as a value that can be compared."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextvars import Context
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from types import FrameType, FunctionType
from typing import Any

from cityos_runtime.core import scopes
from cityos_runtime.errors import StepFailed
from cityos_runtime.interpreter.scope import Scope
from cityos_runtime.signals import On, Watch
from cityos_runtime.tasks import Branch
from cityos_runtime.virtual import Run
from pydantic import BaseModel

_PLAIN = (str, int, float, Decimal, timedelta, date, bytes, type(None))
_SKIPPED = ...


@dataclass
class Wait:
    """One wait that the run stands at."""

    step: str
    signals: Sequence[On[Any]]
    beside: list[Watch]
    armed: datetime | None
    """When a timer ends it or is served meanwhile."""
    scope: Scope | None
    overlay: dict[str, Any]
    """What a signal must carry that completes an operation."""


@dataclass
class Standing:
    """Where a run stands."""

    waits: list[Wait] = field(default_factory=list)
    state: Any = None


def standing(run: Run, ledger: Any, reads: Mapping[str, set[str]], whole: set[str]) -> Standing:
    """Go through the frames of everything that is under way in a run."""
    return _Walk(run, reads, whole).of(ledger)


class _Walk:
    def __init__(self, run: Run, reads: Mapping[str, set[str]], whole: set[str]) -> None:
        self.run = run
        self.now = run.clock.now
        self.reads = reads
        self.whole = whole
        self.found = Standing()
        self.memo: dict[int, Any] = {}

    def of(self, ledger: Any) -> Standing:
        city = self.run.flow
        primary = self.run._primary
        frames = self._task(primary.get_coro()) if primary is not None and not primary.done() else ()
        saga = city.saga
        self.found.state = (
            self.run.input is None,
            frames,
            self.freeze(city.state),
            self.freeze(vars(city.done)) if city.definition.carries else None,
            tuple((entry.step, entry.context.idempotency_key, entry.calls is None) for entry in saga.registered),
            tuple(saga.undone),
            tuple(saga.not_undone),
            tuple((kept.name, self.freeze(kept.payload)) for kept in city.mailbox.kept),
            self.freeze(city._timers),
            self.freeze(city._deadlines),
            tuple(city._unknown.items()),
            tuple(city._parked),
            city.pivoted,
            city._closing,
            self.run.cancel_requested,
            city._progress.state,
            self.clock(),
            ledger,
        )
        return self.found

    def clock(self) -> Any:
        """The timers that are set, from now on."""
        ahead = self.run.clock._ahead
        return tuple(sorted((time - self.now).total_seconds() for time, _, each in ahead if not each.off))

    def freeze(self, value: Any) -> Any:
        """A value that can be compared; what can't be is left out."""
        kind = type(value)
        how = _HOW.get(kind)
        if how is None:
            how = _HOW[kind] = _how(kind)
        if how is _same:
            return value
        return how(self, value)

    def model(self, value: BaseModel) -> Any:
        """A record, by its values: its type says their order."""
        return tuple([self.freeze(each) for each in value.__dict__.values()])

    def scope(self, scope: Scope) -> Any:
        """The names that hold at a point, and what the steps before it gave."""
        if id(scope) in self.memo:
            return self.memo[id(scope)]
        self.memo[id(scope)] = None
        results = tuple((name, self._result(name, value)) for name, value in scope._results.items())
        names = tuple((name, self.freeze(value)) for name, value in scope.names.items())
        outer = self.scope(scope._outer) if scope._outer is not None else None
        self.memo[id(scope)] = (names, results, outer)
        return self.memo[id(scope)]

    def _result(self, name: str, value: Any) -> Any:
        """Of a result, what some expression looks at."""
        if name in self.whole or not isinstance(value, BaseModel):
            return self.freeze(value)
        read = self.reads.get(name, ())
        return tuple(self.freeze(each) for field, each in value.__dict__.items() if field in read)

    def _task(self, coroutine: Any) -> Any:
        """The frames of a task, outermost first."""
        made = []
        scope: Scope | None = None
        wait: dict[str, Any] = {}
        for frame in _frames(coroutine):
            local = frame.f_locals
            name = frame.f_code.co_name
            inner = local.get("scope")
            if isinstance(inner, Scope):
                scope = inner
            if name == "_idle":
                wait = {**local, "overlay": wait.get("overlay", {})}
            elif name == "_completed" and "key" in local:
                wait = {"overlay": {local["completes"].match: local["key"]}}
            elif name == "wait_until" and "step" in wait:
                self._waits(wait, local["here"], scope)
                wait = {}
            made.append((frame.f_code.co_qualname, frame.f_lasti, self._locals(local)))
        return tuple(made)

    def _waits(self, idle: Mapping[str, Any], here: Context, scope: Scope | None) -> None:
        around = here.get(scopes, ())
        beside = [watch for each in reversed(around) for watch in each.meanwhile]
        if idle["self"]._serving:
            beside = []
        self.found.waits.append(
            Wait(idle["step"], idle["signals"], beside, idle["armed"], scope, idle.get("overlay", {}))
        )

    def _locals(self, local: Mapping[str, Any]) -> Any:
        return tuple([_SKIPPED if _is_fixed(value) else self.freeze(value) for value in local.values()])

    def branch(self, branch: Branch) -> Any:
        """A task of the flow: where it stands, or how it ended."""
        if id(branch) in self.memo:
            return self.memo[id(branch)]
        self.memo[id(branch)] = "again"
        if branch.done:
            error = branch.error
            made: Any = ("done", type(error).__name__, self.freeze(error))
        else:
            made = (branch._interruption.requested, self._task(branch.task.get_coro()))
        self.memo[id(branch)] = made
        return made


def _same(walk: _Walk, value: Any) -> Any:
    return value


def _at(walk: _Walk, value: datetime) -> Any:
    return ("at", (value - walk.now).total_seconds() if value.tzinfo else str(value))


def _listed(walk: _Walk, value: Any) -> Any:
    return tuple([walk.freeze(each) for each in value])


def _mapped(walk: _Walk, value: dict[Any, Any]) -> Any:
    return tuple([(str(key), walk.freeze(each)) for key, each in value.items()])


def _failed(walk: _Walk, value: StepFailed) -> Any:
    return ("failed", value.error_class, value.outcome, value.step)


def _skipped(walk: _Walk, value: Any) -> Any:
    return _SKIPPED


def _how(kind: type) -> Callable[[_Walk, Any], Any]:
    """How values of a type are made comparable."""
    ways: list[tuple[Any, Callable[[_Walk, Any], Any]]] = [
        (datetime, _at), (_PLAIN, _same), (BaseModel, _Walk.model), (list | tuple, _listed), (dict, _mapped),
        (Scope, _Walk.scope), (StepFailed, _failed), (Branch, _Walk.branch),
    ]  # fmt: skip
    return next((way for kinds, way in ways if issubclass(kind, kinds)), _skipped)


def _is_fixed(value: Any) -> bool:
    """Whether a local is what the definition made of a step, the same in every run."""
    if isinstance(value, list | tuple) and value:
        value = value[0]
    if isinstance(value, list | tuple) and value:
        value = value[-1]
    return isinstance(value, FunctionType)


_HOW: dict[type, Callable[[_Walk, Any], Any]] = {}


def _frames(coroutine: Any) -> Iterator[FrameType]:
    """The frames of a suspended coroutine, outermost first."""
    while coroutine is not None:
        frame = getattr(coroutine, "cr_frame", None) or getattr(coroutine, "gi_frame", None)
        if frame is None:
            return
        yield frame
        coroutine = getattr(coroutine, "cr_await", None) or getattr(coroutine, "gi_yieldfrom", None)
