"""The macros, given what they run over and their bodies as functions of the variables."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from typing import Any

from cityos_dsl.expr.cel.collections import in_order
from cityos_dsl.expr.cel.values import NONE, Map, Optional, kind_of
from cityos_dsl.expr.errors import EvaluationError
from cityos_dsl.expr.limits import UNRECOVERABLE

Body = Callable[..., Any]


def _elements(container: Any) -> Iterator[tuple[Any, ...]]:
    """One variable: the items of a list, the keys of a map."""
    if not isinstance(container, list | Map):
        raise _no_range(container)
    return ((each,) for each in container)


def _pairs(container: Any) -> Iterator[tuple[Any, ...]]:
    """Two variables: index and item of a list, key and value of a map."""
    if isinstance(container, list):
        return iter(enumerate(container))
    if isinstance(container, Map):
        return iter(container.items())
    raise _no_range(container)


def _no_range(value: Any) -> EvaluationError:
    return EvaluationError("no_such_overload", f"a macro runs over a list or a map, not a {kind_of(value)}")


def _truth(value: Any) -> bool:
    if not isinstance(value, bool):
        raise EvaluationError("no_such_overload", f"a condition is a bool, not a {kind_of(value)}")
    return value


def _quantified(elements: Iterable[tuple[Any, ...]], body: Body, decides: bool) -> bool:
    """One element that decides wins over errors at others, but not over a limit."""
    failed: EvaluationError | None = None
    for element in elements:
        try:
            if _truth(body(*element)) == decides:
                return decides
        except EvaluationError as error:
            if error.kind in UNRECOVERABLE:
                raise
            failed = error
    if failed is not None:
        raise failed
    return not decides


Elements = Callable[[Any], Iterator[tuple[Any, ...]]]


def _all(elements: Elements) -> Callable[..., Any]:
    return lambda container, body: _quantified(elements(container), body, False)


def _exists(elements: Elements) -> Callable[..., Any]:
    return lambda container, body: _quantified(elements(container), body, True)


def _exists_one(elements: Elements) -> Callable[..., Any]:
    return lambda container, body: [_truth(body(*each)) for each in elements(container)].count(True) == 1


def _filter(container: Any, body: Body) -> list[Any]:
    return [element for (element,) in _elements(container) if _truth(body(element))]


def _transformed(elements: Elements) -> Callable[..., list[Any]]:
    def run(container: Any, *bodies: Body) -> list[Any]:
        return [bodies[-1](*each) for each in elements(container) if len(bodies) == 1 or _truth(bodies[0](*each))]

    return run


def _transform_map(container: Any, *bodies: Body) -> Map:
    pairs = _pairs(container)
    return Map((each[0], bodies[-1](*each)) for each in pairs if len(bodies) == 1 or _truth(bodies[0](*each)))


def _transform_entries(container: Any, *bodies: Body) -> Map:
    entries: list[tuple[Any, Any]] = []
    for each in _pairs(container):
        if len(bodies) == 1 or _truth(bodies[0](*each)):
            made = bodies[-1](*each)
            if not isinstance(made, Map):
                raise EvaluationError("no_such_overload", f"an entry is a map, not a {kind_of(made)}")
            entries.extend(made.items())
    return map_of(entries)


def map_of(entries: list[tuple[Any, Any]]) -> Map:
    """A map; raises `EvaluationError` where a key stands twice."""
    result = Map(entries)
    if len(result) < len(entries):
        raise EvaluationError("duplicate_key", "a key stands twice")
    return result


def _opt_map(optional: Any, body: Body) -> Optional:
    return Optional(True, body(optional.value)) if _present(optional) else NONE


def _opt_flat_map(optional: Any, body: Body) -> Optional:
    if not _present(optional):
        return NONE
    result = body(optional.value)
    _present(result)
    found: Optional = result
    return found


def _present(value: Any) -> bool:
    if not isinstance(value, Optional):
        raise EvaluationError("no_such_overload", f"an optional is needed here, not a {kind_of(value)}")
    return value.present


def _sort_by(container: Any, body: Body) -> list[Any]:
    if not isinstance(container, list):
        raise EvaluationError("no_such_overload", f"`sortBy` sorts a list, not a {kind_of(container)}")
    return in_order([body(each) for each in container], container)


MACROS: dict[tuple[str, bool, int], Callable[..., Any]] = {
    ("bind", False, 1): lambda value, body: body(value),
    ("all", False, 1): _all(_elements),
    ("exists", False, 1): _exists(_elements),
    ("exists_one", False, 1): _exists_one(_elements),
    ("existsOne", False, 1): _exists_one(_elements),
    ("filter", False, 1): _filter,
    ("map", False, 1): _transformed(_elements),
    ("map", False, 2): _transformed(_elements),
    ("sortBy", False, 1): _sort_by,
    ("optMap", False, 1): _opt_map,
    ("optFlatMap", False, 1): _opt_flat_map,
    ("all", True, 1): _all(_pairs),
    ("exists", True, 1): _exists(_pairs),
    ("exists_one", True, 1): _exists_one(_pairs),
    ("existsOne", True, 1): _exists_one(_pairs),
    ("transformList", True, 1): _transformed(_pairs),
    ("transformList", True, 2): _transformed(_pairs),
    ("transformMap", True, 1): _transform_map,
    ("transformMap", True, 2): _transform_map,
    ("transformMapEntry", True, 1): _transform_entries,
    ("transformMapEntry", True, 2): _transform_entries,
}
"""Each macro by its name, whether it has two variables, and how many bodies it takes."""
