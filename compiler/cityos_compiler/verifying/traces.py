"""Traces: what happened to a run, as a file that can be walked along again."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from cityos_runtime.virtual import Entry

from cityos_compiler.verifying.choices import Choice
from cityos_compiler.verifying.playing import Play
from cityos_compiler.verifying.subject import Given, Subject


class WrongTrace(Exception):
    """A file that is no trace, or a trace that the workflow doesn't go along; the message says which and why."""


@dataclass(frozen=True)
class Trace:
    """What a run started with, and what happened to it."""

    workflow: str
    given: Given
    choices: tuple[Choice, ...]

    def data(self) -> dict[str, Any]:
        """As JSON."""
        given = {name: value for name, value in asdict(self.given).items() if name != "label"}
        return {"workflow": self.workflow, "given": given, "choices": [choice.data() for choice in self.choices]}


def read_trace(file: Path) -> Trace:
    """The trace in a file.

    Raises WrongTrace where there is none.
    """
    try:
        data = json.loads(file.read_text(encoding="utf-8"))
        return _trace(data)
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise WrongTrace(f"{file} is no trace that `cityosc verify` has written: {error}") from error


def _trace(data: Mapping[str, Any]) -> Trace:
    choices = tuple(
        Choice(str(each["kind"]), str(each["name"]), each["detail"], int(each["place"])) for each in data["choices"]
    )
    return Trace(str(data["workflow"]), Given(**data["given"]), choices)


def walked(
    subject: Subject,
    trace: Trace,
    *,
    listen: Callable[[Entry], None] | None = None,
    each: Callable[[Play, Choice], None] = lambda play, choice: None,
) -> Play:
    """A run that went along a trace; ``each`` hears of every choice once it happened.

    Raises WrongTrace where something can't happen then: the workflow isn't the one of the trace any more.
    """
    play = Play(subject, trace.given, listen)
    for number, choice in enumerate(trace.choices, start=1):
        if not play.allows(choice):
            raise WrongTrace(
                f"the workflow goes another way than its trace: after {number - 1} of {len(trace.choices)} things "
                f"that happened, `{choice.shown()}` can't happen"
            )
        play.take(choice)
        each(play, choice)
    return play
