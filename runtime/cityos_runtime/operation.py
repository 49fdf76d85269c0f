"""Operations of the catalogue, and calls of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Generic, Literal, TypeVar

from temporalio.common import RetryPolicy

from cityos_runtime.model import Model

Effect = Literal["read", "notify", "write", "money"]
OutputT = TypeVar("OutputT", covariant=True)


@dataclass(frozen=True, kw_only=True)
class Retry:
    """Temporal's own retries of one operation."""

    attempts: int = 3
    first: timedelta = timedelta(seconds=1)
    max: timedelta = timedelta(seconds=60)
    backoff: float = 2.0
    never: tuple[str, ...] = ()

    def policy(self) -> RetryPolicy:
        """The same, in Temporal's words. `attempts=0` retries for ever."""
        return RetryPolicy(
            initial_interval=self.first,
            backoff_coefficient=self.backoff,
            maximum_interval=max(self.first, self.max),
            maximum_attempts=self.attempts,
            non_retryable_error_types=list(self.never) or None,
        )


@dataclass(frozen=True, kw_only=True)
class Completion:
    """How an operation's answer comes later, by a signal."""

    signals: dict[str, str]
    """Signal name to the error class that it means; empty where it means success."""
    match: str
    """The field that the signal and the first answer share."""
    within: timedelta
    settled: tuple[str, ...] = ()
    """The statuses with which an answer is final at once; the first is what a good signal means."""
    ask: Callable[[Any, Any], Call[Any]] | None = None
    """The operation that is asked when no signal came, from what the step was given and its first answer."""
    statuses: Mapping[str, str] = field(default_factory=dict)
    """What a status of its answer means: an error class, or success where it is empty."""
    takes_its_answer: bool = True
    """Whether its answer takes the place of the first one."""

    def is_settled(self, result: Any) -> bool:
        """Whether this answer is final, so that no signal is waited for."""
        return getattr(result, "status", None) in self.settled


@dataclass(frozen=True)
class Operation(Generic[OutputT]):
    """What is always the same about one operation of a system."""

    name: str
    system: str = field(kw_only=True)
    task_queue: str = field(kw_only=True)
    output: type[OutputT] = field(kw_only=True)
    effect: Effect = field(default="write", kw_only=True)
    timeout: timedelta = field(default=timedelta(seconds=30), kw_only=True)
    retry: Retry = field(default=Retry(), kw_only=True)
    lookup: bool = field(default=False, kw_only=True)
    completes: Completion | None = field(default=None, kw_only=True)
    summary: str | None = field(default=None, kw_only=True)
    """What it does, for the Temporal UI, where the step says nothing of its own."""

    @property
    def changes(self) -> bool:
        """Whether it leaves something behind that may have to be undone."""
        return self.effect in ("write", "money")


@dataclass(frozen=True)
class Call(Generic[OutputT]):
    """One operation with its input, not yet run."""

    operation: Operation[OutputT]
    input: Model

    def with_input(self, changes: dict[str, Any]) -> Call[OutputT]:
        """The same call with some inputs replaced, validated again."""
        kept = self.input.model_dump(by_alias=True)
        return Call(self.operation, type(self.input).model_validate({**kept, **changes}))
