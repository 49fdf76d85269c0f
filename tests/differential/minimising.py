"""A case that differs, made smaller as long as it still does."""

from __future__ import annotations

import copy
from collections.abc import Callable, Iterator
from typing import Any

from tests.differential.cases import Case, build, differences

Path = tuple[Any, ...]
KEPT = ("id", "workflow", "summary", "trigger", "task_queue", "workflow_id", "input", "visitor_id", "at", "queries")
"""What every spec and every story has, or what nothing is without."""


def differs(case: Case) -> bool:
    """Whether a case compiles, and does one thing compiled and another by its definition."""
    built = build(case)
    try:
        return built is not None and bool(differences(built, case.stories))
    except (LookupError, ValueError):  # a story without what stories are told with
        return False


def minimised(case: Case, wanted: Callable[[Case], bool] = differs, tries: int = 2000) -> Case:
    """The case without all that isn't needed for the difference: stories, steps, keys, blocks around steps.

    Ends when nothing more can go, or after so many tries.
    """
    left = tries
    changed = True
    while changed and left:
        changed = False
        for smaller in _smaller(case):
            left -= 1
            if wanted(smaller):
                case, changed = smaller, True
                break
            if not left:
                break
    return case


def _smaller(case: Case) -> Iterator[Case]:
    """Cases with one thing less, the largest things first."""
    for number in range(len(case.stories)):
        if len(case.stories) > 1:
            yield Case(case.spec, [case.stories[number]])
    paths = [*_paths(case.spec), *(("stories", *path) for path in _paths(case.stories))]
    for path in sorted(paths, key=len):
        for spec, stories in _without(case, path):
            yield Case(spec, stories)


def _without(case: Case, path: Path) -> Iterator[tuple[Any, Any]]:
    both = {"spec": case.spec, "stories": case.stories}
    full = path if path[0] == "stories" else ("spec", *path)
    removed = copy.deepcopy(both)
    above = _at(removed, full[:-1])
    block = above.pop(full[-1])
    yield removed["spec"], removed["stories"]
    if isinstance(above, list) and isinstance(block, dict):
        for inner in block.values():  # its steps instead of a block
            if isinstance(inner, list) and inner and isinstance(inner[0], dict | str):
                opened = copy.deepcopy(both)
                _at(opened, full[:-1])[full[-1] : full[-1] + 1] = copy.deepcopy(inner)
                yield opened["spec"], opened["stories"]


def _paths(value: Any, path: Path = ()) -> Iterator[Path]:
    """Where something may go."""
    if isinstance(value, dict):
        for key, inner in value.items():
            if key not in KEPT:
                yield (*path, key)
            yield from _paths(inner, (*path, key))
    elif isinstance(value, list):
        for number, inner in enumerate(value):
            yield (*path, number)
            yield from _paths(inner, (*path, number))


def _at(value: Any, path: Path) -> Any:
    for key in path:
        value = value[key]
    return value
