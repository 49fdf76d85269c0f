"""The macros' behaviour, given the elements and the bodies as functions of one element."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cityos_dsl.expr.errors import EvaluationError
from cityos_dsl.expr.library.arithmetic import compare, kind_of, no_overload
from cityos_dsl.expr.library.lists import total
from cityos_dsl.expr.limits import UNRECOVERABLE

Body = Callable[[Any], Any]


def _truth(name: str, value: Any) -> bool:
    if not isinstance(value, bool):
        raise no_overload(name, value)
    return value


def _quantified(name: str, elements: list[Any], body: Body, decides: bool) -> bool:
    """`all` and `exists`: one element that decides wins over errors at others."""
    failed: EvaluationError | None = None
    for element in elements:
        try:
            if _truth(name, body(element)) == decides:
                return decides
        except EvaluationError as error:
            if error.kind in UNRECOVERABLE:
                raise
            failed = error
    if failed is not None:
        raise failed
    return not decides


def _all(elements: list[Any], body: Body) -> bool:
    return _quantified("all", elements, body, False)


def _exists(elements: list[Any], body: Body) -> bool:
    return _quantified("exists", elements, body, True)


def _exists_one(elements: list[Any], body: Body) -> bool:
    return sum(_truth("exists_one", body(element)) for element in elements) == 1


def _filter(elements: list[Any], body: Body) -> list[Any]:
    return [element for element in elements if _truth("filter", body(element))]


def _map(elements: list[Any], first: Body, second: Body | None = None) -> list[Any]:
    if second is None:
        return [first(element) for element in elements]
    return [second(element) for element in elements if _truth("map", first(element))]


def _sort_by(elements: list[Any], body: Body) -> list[Any]:
    keyed = [(_key("sortBy", body(element)), element) for element in elements]
    return [element for _, element in sorted(keyed, key=lambda pair: pair[0])]


def _sum(elements: list[Any], body: Body) -> Any:
    return total([body(element) for element in elements])


def _extreme(op: str, name: str, elements: list[Any], body: Body) -> Any:
    best: Any = None
    best_key: Any = None
    for index, element in enumerate(elements):
        key = _key(name, body(element))
        if index == 0 or compare(op, key, best_key):
            best, best_key = element, key
    return best


def _key(name: str, value: Any) -> Any:
    if kind_of(value) in ("null", "list", "map", "record"):
        raise no_overload(name, value)
    return value


MACRO_RUNS: dict[str, Callable[..., Any]] = {
    "all": _all,
    "exists": _exists,
    "exists_one": _exists_one,
    "filter": _filter,
    "map": _map,
    "sortBy": _sort_by,
    "sum": _sum,
    "max_by": lambda elements, body: _extreme(">", "max_by", elements, body),
    "min_by": lambda elements, body: _extreme("<", "min_by", elements, body),
}
