"""What the parts of a document become: expressions, values, texts, calls and blocks that a run can use at once."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any, TypeAlias

from cityos_dsl.expr.ast import Literal, path_of
from cityos_dsl.expr.evaluate import evaluate
from cityos_dsl.expr.parse import parse
from cityos_runtime.interpreter.operations import Operations
from cityos_runtime.interpreter.scope import Scope
from cityos_runtime.interpreter.types import Types
from cityos_runtime.operation import Call

Data: TypeAlias = Mapping[str, Any]
Value: TypeAlias = Callable[[Scope], Any]
Work: TypeAlias = Callable[[Scope], Awaitable[None]]
Step: TypeAlias = Callable[["Reading", Data], Work]

STEPS: dict[str, Step] = {}


def reads(word: str) -> Callable[[Step], Step]:
    """Register the function that reads a step kind."""

    def register(function: Step) -> Step:
        STEPS[word] = function
        return function

    return register


async def nothing(scope: Scope) -> None:
    """No steps."""


class Reading:
    """Reads one document. Everything in it is read once, when it is loaded: a run finds no mistake in its middle."""

    def __init__(self, document: Data, types: Types) -> None:
        self.types = types
        self.operations = Operations(document["operations"], types)

    def expression(self, text: str) -> Value:
        """An expression, parsed; it gives its value in a scope."""
        tree, types = parse(text), self.types
        if isinstance(tree, Literal):
            literal = tree.value
            return lambda scope: literal
        timed = "now" in text

        def value(scope: Scope) -> Any:
            return evaluate(tree, scope, scope.city.now() if timed else None, records=types)

        return _along_a_path(path_of(tree), value)

    def maybe(self, text: str | None) -> Value | None:
        """An expression that may be left out."""
        return self.expression(text) if text is not None else None

    def value(self, data: Any) -> Value:
        """A value: an expression, or what is made of several."""
        match data:
            case str():
                return self.expression(data)
            case {"decimal": text}:
                return _decimal(self.expression(text))
            case {"items": items}:
                values = [self.value(item) for item in items]
                return lambda scope: [value(scope) for value in values]
            case {"record": name, "fields": fields}:
                model, given = self.types[name], self.pairs(fields)
                return lambda scope: model(**given(scope))
            case {"map": fields}:
                return self.pairs(fields)
        raise ValueError(f"no value: {data!r}")

    def pairs(self, data: Sequence[Any]) -> Callable[[Scope], dict[str, Any]]:
        """Named values, in order."""
        values = [(name, self.value(each)) for name, each in data]
        return lambda scope: {name: value(scope) for name, value in values}

    def text(self, data: Sequence[Any] | None) -> Callable[[Scope], str] | None:
        """Text for people."""
        if data is None:
            return None
        parts = [part if isinstance(part, str) else self.expression(part["value"]) for part in data]
        return lambda scope: "".join(part if isinstance(part, str) else part(scope) for part in parts)

    def call(self, data: Data) -> Callable[[Scope], Call[Any]]:
        """An operation with its inputs; its system may be chosen by the run."""
        given = self.pairs(data["with"])
        if "system" not in data:
            make = self.operations[data["operation"]].call
            return lambda scope: make(given(scope))
        system = self.expression(data["system"])
        among = {name: self.operations[key] for name, key in data["among"].items()}
        return lambda scope: among[system(scope)].call(given(scope))

    def block(self, data: Sequence[Data] | None) -> Work:
        """Steps, one after the other."""
        works = [self._step(step) for step in data or ()]
        if not works:
            return nothing

        async def run(scope: Scope) -> None:
            for work in works:
                await work(scope)

        return run

    def maybe_block(self, data: Sequence[Data] | None) -> Work | None:
        """Steps that may be left out."""
        return self.block(data) if data is not None else None

    def variables(self, data: Sequence[Any]) -> Callable[[Scope], None]:
        """Variables of a block, each seeing the ones before it; they begin anew."""
        initial = [(name, self.maybe(init)) for name, init in data]

        def begin(scope: Scope) -> None:
            for name, init in initial:
                scope.names[name] = init(scope) if init is not None else None

        return begin

    def kind(self, data: Data) -> Work:
        """What a step's kind does."""
        return STEPS[data["step"]](self, data)

    def _step(self, data: Data) -> Work:
        """One step: its guard, its status, then itself."""
        work = self.kind(data)
        guard, status = self.maybe(data.get("if")), data.get("status")
        loop = data["name"] if "carries" in data else None
        if guard is None and status is None:
            return work

        async def run(scope: Scope) -> None:
            # A run that begins at a loop was let in by an earlier one.
            if guard is None or (loop is not None and scope.city.resuming(loop)) or guard(scope):
                if status is not None:
                    scope.city.status(status)
                await work(scope)

        return run


def _along_a_path(path: str | None, value: Value) -> Value:
    """The same value, read field by field where records lead to it: half of all expressions are no more than a path."""
    if path is None:
        return value
    root, *fields = path.split(".")

    def read(scope: Scope) -> Any:
        found = scope[root]
        for name in fields:
            # Only models have these. `isinstance` and `model_fields` call functions of pydantic, which cost more.
            if name not in getattr(type(found), "__pydantic_fields__", ()):
                return value(scope)
            found = getattr(found, name)
        return found

    return read


def _decimal(value: Value) -> Value:
    return lambda scope: Decimal(value(scope))
