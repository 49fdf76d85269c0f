"""What a failure of an operation means."""

from __future__ import annotations

from dataclasses import dataclass

from cityos_compiler.ir.do import Catch, Do


@dataclass(frozen=True)
class Ways:
    """What a failure of a step means."""

    catches: tuple[str, ...]
    """The error classes with which it fails wherever it stands."""
    on_failure: str | None
    """What happens with the others: `fail`, `park`, or what the place of the step says."""


def failure_ways(step: Do) -> tuple[Ways, Ways]:
    """What a failure means while rounds are left, and in the last round, where none that is tried again is caught."""
    around = step.handled if step.on_failure == "default" else ()
    catch = step.catch if step.on_failure in ("default", "park") else ()
    caught = _classes(catch, around)
    last = caught if step.rounds is None else _classes(tuple(each for each in catch if not each.retries), around)
    return _ways(step, caught), _ways(step, last)


def _ways(step: Do, caught: tuple[str, ...]) -> Ways:
    if step.on_failure in ("steps", "fail") or "any" in caught:
        return Ways((), "fail")
    return Ways(caught, "park" if step.on_failure == "park" else None)


def _classes(catches: tuple[Catch, ...], around: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys([*(name for catch in catches for name in catch.classes), *around]))
