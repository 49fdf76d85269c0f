"""What a name means at one point of a run."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from cityos_runtime.core import snake

if TYPE_CHECKING:
    from cityos_runtime.interpreter.city import InterpretedCity


class Scope(Mapping[str, Any]):
    """Names that hold here, inside those that hold around it.

    Results belong to the function around a step, as in generated code: the flow, a branch of a `meanwhile`, a pass
    that runs apart. A name that isn't here is one of the state, of the constants, of the results, or of all runs.
    """

    def __init__(
        self,
        city: InterpretedCity,
        names: dict[str, Any] | None = None,
        outer: Scope | None = None,
        function: Scope | None = None,
    ) -> None:
        self.city = city
        self.names = {} if names is None else names
        self._outer = outer
        self._function = self if function is None else function
        self._results: dict[str, Any] = {}

    def inner(self, **names: Any) -> Scope:
        """Inside a block of the same function, with more names."""
        return Scope(self.city, names, self, self._function)

    def apart(self, **names: Any) -> Scope:
        """Inside a function of its own: what its steps give isn't known around it."""
        return Scope(self.city, names, self)

    def kept(self) -> Scope:
        """The same names with the values that they have now, whatever a later pass gives them."""
        outer = self._outer.kept() if self._outer is not None else None
        function = self._function.kept() if self._function is not self else None
        copied = type(self)(self.city, dict(self.names), outer, function)
        copied._results = dict(self._results)
        return copied

    def give(self, step: str, result: Any) -> None:
        """Keep what a step gave."""
        self._function._results[step] = result

    def forget(self, steps: Iterable[str]) -> None:
        """A pass begins: what these gave in an earlier one is not known."""
        for step in steps:
            self._function._results.pop(step, None)

    def assign(self, name: str, value: Any) -> bool:
        """Assign a variable of a block around here; False where none has it."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                scope.names[name] = value
                return True
            scope = scope._outer
        return False

    def __getitem__(self, name: str) -> Any:
        scope: Scope | None = self
        while scope is not None:
            if name in scope.names:
                return scope.names[name]
            scope = scope._outer
        city, definition = self.city, self.city.definition
        if name in definition.variables:
            return getattr(city.state, name)
        if name in definition.constants:
            return definition.constants[name]
        if name in definition.results:
            return self._result(name)
        return _of_all_runs(city, name)

    def __contains__(self, name: object) -> bool:
        try:
            self[str(name)]
        except KeyError:
            return False
        return True

    def __iter__(self) -> Iterator[str]:
        raise TypeError("a scope is asked for names, not for all it has")

    def __len__(self) -> int:
        raise TypeError("a scope is asked for names, not for how many it has")

    def _result(self, name: str) -> Any:
        scope: Scope | None = self._function
        while scope is not None:
            if name in scope._results:
                return scope._results[name]
            scope = scope._outer._function if scope._outer is not None else None
        return None


class Ended(Scope):
    """The scope of queries and of the last steps: of the results, those that are kept."""

    def give(self, step: str, result: Any) -> None:
        """The run keeps it itself."""

    def inner(self, **names: Any) -> Scope:
        """Inside a block."""
        return Ended(self.city, names, self)

    def _result(self, name: str) -> Any:
        return getattr(self.city.done, snake(name), None)


def _of_all_runs(city: InterpretedCity, name: str) -> Any:
    match name:
        case "input":
            return city.input
        case "tenant":
            return city.tenant
        case "workflow":
            return city
        case "ending":
            return city.ending
        case "status":
            return city.current_status
    raise KeyError(name)
