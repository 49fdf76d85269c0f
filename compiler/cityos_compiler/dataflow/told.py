"""A leak as a finding, with the path that the value takes as its related places."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from cityos_compiler.dataflow.leaks import Leak
from cityos_dsl.diagnostics import Finding, Related
from cityos_dsl.fields import CLASSES


def told(code: str, kind: str, leaks: Iterable[Leak], help_text: str) -> Iterator[Finding]:
    """The leaks of one kind, as findings of a code."""
    for leak in leaks:
        if leak.kind != kind:
            continue
        excess = leak.excess
        taken = (Related(leak.declared, f"taken as {CLASSES[excess.limit]} here"),) if leak.declared else ()
        yield Finding(
            code,
            f"`{excess.name}` is {CLASSES[excess.level.rank]}, and {leak.taker} takes what is {CLASSES[excess.limit]}",
            excess.span,
            help_text,
            related=(*_once(excess.level.trail), *taken),
        )


def _once(trail: tuple[Related, ...]) -> tuple[Related, ...]:
    """The path, no place twice."""
    return tuple(dict.fromkeys(trail))
