"""The operations that a document calls, as generated code would declare them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from cityos_runtime.interpreter.types import Types
from cityos_runtime.model import Model
from cityos_runtime.operation import Call, Completion, Operation, Retry


class Callee:
    """An operation, and how its call is made."""

    def __init__(self, operation: Operation[Any], input: type[Model], optional: list[str]) -> None:
        self.operation = operation
        self.input = input
        self._optional = dict.fromkeys(optional)

    def call(self, given: Mapping[str, Any]) -> Call[Any]:
        """A call of it. An optional input that isn't given is null, whatever its default."""
        return Call(self.operation, self.input(**{**self._optional, **given}))


class Operations:
    """The operations of one document, by the names that they go by in it."""

    def __init__(self, described: Mapping[str, Any], types: Types) -> None:
        self._described = described
        self._types = types
        self._made: dict[str, Callee] = {}

    def __getitem__(self, key: str) -> Callee:
        if key not in self._made:
            self._made[key] = self._make(self._described[key])
        return self._made[key]

    def _make(self, described: Mapping[str, Any]) -> Callee:
        operation = Operation(
            described["name"],
            system=described["system"],
            task_queue=described["task_queue"],
            output=self._types.of(described["output"]),
            effect=described["effect"],
            timeout=timedelta(seconds=described["timeout"]),
            retry=_retry(described["retry"]),
            lookup=described["lookup"],
            completes=self._completion(described.get("completes")),
            summary=described["summary"],
        )
        return Callee(operation, self._types.record(described["input"]), described["optional"])

    def _completion(self, described: Mapping[str, Any] | None) -> Completion | None:
        if described is None:
            return None
        told: dict[str, Any] = {}
        if "ask" in described:
            told = {"ask": self._asking(described["ask"]), "statuses": described["statuses"],
                    "takes_its_answer": described["takes_its_answer"]}  # fmt: skip
        return Completion(
            signals=dict(described["signals"]),
            match=described["match"],
            within=timedelta(seconds=described["within"]),
            settled=tuple(described["settled"]),
            **told,
        )

    def _asking(self, described: Mapping[str, Any]) -> Any:
        """The call that asks how things stand, from what the step was given and its first answer."""
        asked, inputs = self[described["operation"]], described["with"]

        def ask(given: Any, first: Any) -> Call[Any]:
            sources = {"given": given, "first": first}
            return asked.call({name: getattr(sources[source], name) for name, source in inputs})

        return ask


def _retry(described: Mapping[str, Any]) -> Retry:
    return Retry(
        attempts=described["attempts"],
        first=timedelta(seconds=described["first"]),
        max=timedelta(seconds=described["max"]),
        backoff=described["backoff"],
        never=tuple(described["never"]),
    )
