"""Which points the scenarios reached, and which they didn't."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from cityos_compiler import ir
from cityos_compiler.backends.python.naming import workflow_module_name
from cityos_compiler.scenarios.coverage.points import Point, points
from cityos_compiler.scenarios.outcome import Outcome

if TYPE_CHECKING:
    from coverage import Coverage

KINDS = ("step", "branch", "outcome", "compensation")
PACKAGE = Path("cityos_generated") / "workflows"


@dataclass
class Ran:
    """What ran of one generated module."""

    lines: frozenset[int] = frozenset()
    arcs: frozenset[tuple[int, int]] = frozenset()

    def reached(self, point: Point) -> bool:
        """Whether a run got to a point."""
        if point.past is None:
            return any(line in self.lines for line in point.at)
        condition, holding = point.past
        return any(start in condition and end not in condition and end not in holding for start, end in self.arcs)


@dataclass
class Exercised:
    """One workflow: how many of its points were reached, and which weren't."""

    workflow: ir.Workflow
    total: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    missed: list[Point] = field(default_factory=list)
    excused: list[tuple[Point, str]] = field(default_factory=list)
    idle: list[str] = field(default_factory=list)
    """Reasons for what was reached after all, or isn't there."""

    def reached(self, kind: str) -> int:
        """How many points of a kind a scenario got to."""
        missing = [*self.missed, *(point for point, _ in self.excused)]
        return self.total[kind] - sum(point.kind == kind for point in missing)


@contextmanager
def measured(generated: Path, into: dict[str, Ran]) -> Iterator[None]:
    """Measure what runs of the generated workflows; what ran is in ``into`` afterwards, by the module's file."""
    from coverage import Coverage

    watcher = Coverage(data_file=None, branch=True, include=[str(generated / PACKAGE / "*.py")], config_file=False)
    watcher.start()
    try:
        yield
    finally:
        watcher.stop()
        into.update(_read(watcher))


def _read(watcher: Coverage) -> dict[str, Ran]:
    data = watcher.get_data()
    return {
        Path(name).name: Ran(frozenset(data.lines(name) or ()), frozenset(data.arcs(name) or ()))
        for name in data.measured_files()
    }


def exercised_by(
    generated: Path, workflows: Iterable[ir.Workflow], ran: Mapping[str, Ran], outcomes: Iterable[Outcome]
) -> list[Exercised]:
    """What these outcomes of scenarios reached of the workflows that they are about."""
    undone: dict[str, frozenset[str]] = {}
    reasons: dict[str, Mapping[str, str]] = {}
    for outcome in outcomes:
        name = outcome.scenario.workflow
        undone[name] = undone.get(name, frozenset()).union(outcome.happened.undone if outcome.happened else ())
        reasons[name] = outcome.scenario.unexercised
    return exercised(generated, [each for each in workflows if each.name in reasons], ran, undone, reasons)


def exercised(
    generated: Path,
    workflows: Iterable[ir.Workflow],
    ran: Mapping[str, Ran],
    undone: Mapping[str, frozenset[str]],
    reasons: Mapping[str, Mapping[str, str]],
) -> list[Exercised]:
    """What was reached of each workflow.

    Args:
        generated: the folder of generated code.
        workflows: the workflows whose scenarios ran.
        ran: what ran, by the module's file.
        undone: the compensations that ran, by workflow.
        reasons: why a point need not be reached, by workflow and by the point's name.
    """
    return [
        _one(
            workflow,
            generated / PACKAGE / f"{workflow_module_name(workflow.id, workflow.name)}.py",
            ran,
            undone.get(workflow.name, frozenset()),
            reasons.get(workflow.name, {}),
        )
        for workflow in workflows
    ]


def _one(
    workflow: ir.Workflow,
    module: Path,
    ran: Mapping[str, Ran],
    undone: frozenset[str],
    reasons: Mapping[str, str],
) -> Exercised:
    found = Exercised(workflow)
    what_ran = ran.get(module.name, Ran())
    names = frozenset(step.name for step in ir.all_steps(workflow))
    for point in [*points(module.read_text(encoding="utf-8"), names), *_compensations(workflow)]:
        found.total[point.kind] += 1
        is_reached = point.name in undone if point.kind == "compensation" else what_ran.reached(point)
        if is_reached:
            continue
        if point.name in reasons:
            found.excused.append((point, reasons[point.name]))
        else:
            found.missed.append(point)
    used = {point.name for point, _ in found.excused}
    found.idle = [name for name in reasons if name not in used]
    return found


def _compensations(workflow: ir.Workflow) -> list[Point]:
    """What may be undone, once each."""
    undos: dict[str, Point] = {}
    for step in ir.all_steps(workflow):
        if isinstance(step, ir.Do | ir.Group) and step.undo is not None:
            name = step.undo.operation.name
            undos.setdefault(name, Point("compensation", name, step.span.line if step.span else 1))
    return list(undos.values())
