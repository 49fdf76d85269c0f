"""Who plays the systems in a simulation: examples, what was asked for, and chance where a seed is given."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from random import Random
from typing import Any

from cityos_runtime.context import ActivityContext
from cityos_runtime.virtual import Answered, Asked, Failing, Lost
from cityos_runtime.virtual.activities import Outcome

from cityos_compiler.simulating.wishes import Fault, Wishes

CHANCE = 0.15
"""How often an attempt fails where chance plays."""
_AT_ONCE = timedelta()


class Actors:
    """Answers every operation from its example. What happened is remembered by its key, so that lookups find it."""

    def __init__(
        self, operations: Mapping[str, Any], errors: Mapping[str, bool], wishes: Wishes, random: Random | None = None
    ) -> None:
        self._operations = operations
        self._errors = errors
        """Error class to whether it is worth another try."""
        self._wishes = wishes
        self._random = random
        self._happened: dict[tuple[str, str], dict[str, Any]] = {}

    def __call__(self, asked: Asked) -> Outcome:
        """One attempt at an operation."""
        assert isinstance(asked.context, ActivityContext)
        key = asked.context.idempotency_key
        if asked.looked_up is not None:
            return Answered(self._happened.get((asked.looked_up, key)))
        if asked.operation == "emitEvent":
            return Answered({})
        after = self._delay(asked)
        fault = self._fault(asked)
        if fault == "answer":
            self._happened[asked.operation, key] = self._answer(asked)
        if fault in ("answer", "request"):
            return Lost()
        if fault:
            message = f"{asked.operation} was made to fail"
            return Failing(fault, message, "known", retryable=self._errors.get(fault, True), after=after)
        output = self._happened[asked.operation, key] = self._answer(asked)
        return Answered(output, after)

    def _named(self, asked: Asked) -> tuple[str, str]:
        return asked.step, asked.operation

    def _delay(self, asked: Asked) -> timedelta:
        delays = self._wishes.delays
        return next((delays[name] for name in self._named(asked) if name in delays), _AT_ONCE) if delays else _AT_ONCE

    def _fault(self, asked: Asked) -> str:
        """What this attempt meets with; empty where nothing."""
        for name in self._named(asked):
            if name in self._wishes.faults:
                return _next(self._wishes.faults[name])
        if self._random is None or self._random.random() >= CHANCE:
            return ""
        declared: list[str] = self._operations[asked.operation]["errors"]
        return self._random.choice([*declared, "request", "answer"])

    def _answer(self, asked: Asked) -> dict[str, Any]:
        answers = self._wishes.answers
        example: dict[str, Any] = self._operations[asked.operation]["example"]
        return {**example, **answers.get(asked.operation, {}), **answers.get(asked.step, {})}


def _next(faults: list[Fault]) -> str:
    """The next fault, each as often as it says; the last one that says nothing stays."""
    while faults:
        fault = faults[0]
        if fault.times is None:
            return fault.error
        if fault.times > 0:
            fault.times -= 1
            return fault.error
        faults.pop(0)
    return ""
