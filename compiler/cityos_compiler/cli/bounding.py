"""The options that say how far a search goes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])

_TEXTS = {
    "faults": "Errors, late answers, cancellations, decisions of a run.",
    "variants": "Unusual answers and inputs of a run.",
    "signals": "Signals of a run.",
    "jumps": "Timers of a run that ring.",
    "runs": "Runs of one workflow, all together.",
}


def bounded(**defaults: int | None) -> Callable[[F], F]:
    """Options for each bound, with these defaults; None is no bound."""

    def decorate(command: F) -> F:
        for name, text in reversed(_TEXTS.items()):
            default = defaults[name]
            option = click.option(f"--{name}", type=click.IntRange(min=0), default=default, help=text,
                                  show_default=True if default is not None else "none")  # fmt: skip
            command = option(command)
        return command

    return decorate


def said() -> list[str]:
    """The bounds that are said on the command line."""
    context = click.get_current_context()
    return [name for name in _TEXTS if context.get_parameter_source(name) is click.core.ParameterSource.COMMANDLINE]
