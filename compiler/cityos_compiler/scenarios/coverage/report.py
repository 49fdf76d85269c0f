"""Which points the scenarios reached, and which they didn't."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from cityos_compiler import ir
from cityos_compiler.scenarios.coverage.measuring import Ran, module_of
from cityos_compiler.scenarios.coverage.points import Point, points
from cityos_compiler.scenarios.coverage.searched import Searched
from cityos_compiler.scenarios.outcome import Outcome

KINDS = ("step", "branch", "outcome", "compensation")


@dataclass
class Exercised:
    """One workflow: how many of its points were reached, and which weren't."""

    workflow: ir.Workflow
    total: dict[str, int] = field(default_factory=lambda: dict.fromkeys(KINDS, 0))
    missed: list[Point] = field(default_factory=list)
    excused: list[tuple[Point, str]] = field(default_factory=list)
    idle: list[str] = field(default_factory=list)
    """Reasons for what was reached after all, or isn't there."""
    searched: Searched | None = None
    """What a search reached of what is missed, where there was one."""

    @property
    def unreached(self) -> list[Point]:
        """What neither a scenario nor the search got to."""
        found = self.searched.reached if self.searched is not None else frozenset()
        return [point for point in self.missed if point not in found]

    @property
    def surely_unreached(self) -> list[Point]:
        """The same, where the search came to its end: beyond a bound a run still may get there."""
        return self.unreached if self.searched is not None and not self.searched.cut else []

    def reached(self, kind: str) -> int:
        """How many points of a kind a scenario got to."""
        missing = [*self.missed, *(point for point, _ in self.excused)]
        return self.total[kind] - sum(point.kind == kind for point in missing)


def exercised_by(
    generated: Path,
    workflows: Iterable[ir.Workflow],
    ran: Mapping[str, Ran],
    outcomes: Iterable[Outcome],
    *,
    others: bool = False,
) -> list[Exercised]:
    """What these outcomes of scenarios reached of the workflows that they are about; of all of them with ``others``."""
    undone: dict[str, frozenset[str]] = {}
    reasons: dict[str, Mapping[str, str]] = {}
    for outcome in outcomes:
        name = outcome.scenario.workflow
        undone[name] = undone.get(name, frozenset()).union(outcome.happened.undone if outcome.happened else ())
        reasons[name] = outcome.scenario.unexercised
    chosen = [each for each in workflows if others or each.name in reasons]
    return exercised(generated, chosen, ran, undone, reasons)


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
        workflows: the workflows that are looked at.
        ran: what ran, by the module's file.
        undone: the compensations that ran, by workflow.
        reasons: why a point need not be reached, by workflow and by the point's name.
    """
    return [
        _one(
            workflow,
            generated / module_of(workflow),
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
        if what_ran.reached(point, undone):
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
