"""Functions on lists and maps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TypeVar

from cityos_dsl.expr.library.arithmetic import add, compare, equals

T = TypeVar("T")


def total(values: Iterable[Any]) -> Any:
    """All values added up; 0 where there are none."""
    result: Any = 0
    for index, value in enumerate(values):
        result = value if index == 0 else add(result, value)
    return result


def distinct(values: Iterable[T]) -> list[T]:
    """Every value once, in the order of its first place."""
    found: list[T] = []
    for value in values:
        if not any(equals(value, other) for other in found):
            found.append(value)
    return found


def reverse(values: Sequence[Any]) -> Any:
    """The list or the text from its end."""
    return values[::-1] if isinstance(values, str) else list(reversed(values))


def sort(values: Iterable[Any]) -> list[Any]:
    """The list in ascending order."""
    return sorted(values)


def first(values: Sequence[T]) -> T | None:
    """The first item, or null."""
    return values[0] if values else None


def last(values: Sequence[T]) -> T | None:
    """The last item, or null."""
    return values[-1] if values else None


def keys(mapping: Mapping[str, Any]) -> list[str]:
    """The map's keys, in its order."""
    return list(mapping)


def values(mapping: Mapping[str, T]) -> list[T]:
    """The map's values, in its order."""
    return list(mapping.values())


def least(*numbers: Any) -> Any:
    """The smallest of its arguments, or of the one list given."""
    return _extreme("<", numbers)


def greatest(*numbers: Any) -> Any:
    """The greatest of its arguments, or of the one list given."""
    return _extreme(">", numbers)


def _extreme(op: str, numbers: tuple[Any, ...]) -> Any:
    candidates = list(numbers[0]) if len(numbers) == 1 and isinstance(numbers[0], list | tuple) else list(numbers)
    best = candidates[0]
    for candidate in candidates[1:]:
        if compare(op, candidate, best):
            best = candidate
    return best
