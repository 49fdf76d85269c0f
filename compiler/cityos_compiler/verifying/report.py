"""What a search came to, as plain data that travels between processes and into JSON."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from cityos_runtime.virtual.clock import START

from cityos_compiler import ir
from cityos_compiler.verifying.choices import Path
from cityos_compiler.verifying.exploring import Explored
from cityos_compiler.verifying.judging import Wrong
from cityos_compiler.verifying.playing import Play
from cityos_compiler.verifying.subject import Subject
from cityos_compiler.verifying.traces import Trace, walked


@dataclass(frozen=True)
class Problem:
    """Something that must not be, with the shortest way to it."""

    kind: str
    step: str
    line: int
    message: str
    is_note: bool = False
    """Whether it is worth knowing, and no violation."""
    timeline: tuple[str, ...] = ()
    trace: dict[str, Any] = field(default_factory=dict)
    """What `cityosc simulate --trace` takes, and `cityosc verify --replay`."""


@dataclass(frozen=True)
class Missed:
    """What no run reached."""

    kind: str
    """step or compensation."""
    name: str
    line: int


@dataclass(frozen=True)
class Report:
    """One workflow's search."""

    id: str
    workflow: str
    file: str
    runs: int
    states: int
    merged: int
    seconds: float
    ends: dict[str, int]
    cut: dict[str, int]
    """How often each bound cut something."""
    total: dict[str, int]
    reached: dict[str, int]
    problems: list[Problem]
    missed: list[Missed]
    excused: list[tuple[Missed, str]]

    @property
    def violations(self) -> list[Problem]:
        """What must not be."""
        return [problem for problem in self.problems if not problem.is_note]

    @property
    def is_sound(self) -> bool:
        """Whether nothing is wrong: no violation, and nothing that no run can reach. Beyond a bound one still may."""
        return not self.violations and not (self.missed and not self.cut)

    @property
    def is_whole(self) -> bool:
        """Whether the search came to its end before it had made all the runs it may make."""
        return "runs" not in self.cut


def report(found: Explored, excuses: dict[str, str]) -> Report:
    """Put together what a search found."""
    workflow = found.subject.workflow
    points = list(_points(workflow))
    missed = [Missed(kind, step.name or kind_of(step), step.span.line) for kind, step in points
              if not _is_reached(found, kind, step)]  # fmt: skip
    kinds = ("step", "compensation")
    total = {kind: sum(each == kind for each, _ in points) for kind in kinds}
    return Report(
        workflow.id, workflow.name, workflow.file, found.runs, found.states, found.merged, round(found.seconds, 2),
        dict(found.ends), dict(found.cut), total,
        {kind: total[kind] - sum(each.kind == kind for each in missed) for kind in kinds},
        [_problem(found.subject, wrong, path) for wrong, path in found.wrong.values()],
        [each for each in missed if each.name not in excuses],
        [(each, excuses[each.name]) for each in missed if each.name in excuses],
    )  # fmt: skip


def _points(workflow: ir.Workflow) -> list[tuple[str, ir.Step]]:
    steps = ir.all_steps(workflow)
    undone = [step for step in steps if isinstance(step, ir.Do | ir.Group) and step.undo is not None]
    return [*(("step", step) for step in steps), *(("compensation", step) for step in undone)]


def _is_reached(found: Explored, kind: str, step: ir.Step) -> bool:
    return id(step) in found.reached if kind == "step" else step.name in found.compensated


def kind_of(step: ir.Step) -> str:
    """A step's word, where it has no name."""
    return type(step).__name__.lower()


def _problem(subject: Subject, wrong: Wrong, path: Path) -> Problem:
    step = subject.steps.get(wrong.step)
    trace = Trace(subject.workflow.name, subject.given[path.given], tuple(path.choices()))
    line = step.span.line if step is not None else 1
    story = tuple(timeline(subject, trace))
    return Problem(wrong.kind, wrong.step, line, wrong.message, wrong.is_note, story, trace.data())


def timeline(subject: Subject, trace: Trace) -> list[str]:
    """What happens along a trace, with its times.

    Raises WrongTrace where the workflow doesn't go along it.
    """
    lines: list[str] = []
    play = walked(subject, trace, each=lambda play, choice: lines.append(f"{_since(play)}  {choice.shown()}"))
    run = play.run
    if run.is_over:
        lines.append(f"{_since(play)}  the workflow ends: {run.status}" + (f", {run.failure}" if run.failure else ""))
    else:
        lines.append(f"{_since(play)}  the workflow stands at `{run.flow._progress.step}`")
    return lines


def _since(play: Play) -> str:
    passed = play.world.clock.now - START
    days, seconds = passed.days, timedelta(seconds=passed.seconds)
    return f"day {days} {str(seconds).rjust(8, '0')}"
