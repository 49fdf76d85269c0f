"""What `cityosc test --coverage` says, and the search of `--explore`."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from cityos_compiler.cli.common import verified_city
from cityos_compiler.cli.progress import progress

if TYPE_CHECKING:
    from cityos_compiler.passes import Checked
    from cityos_compiler.scenarios.coverage.points import Point
    from cityos_compiler.scenarios.coverage.report import Exercised
    from cityos_compiler.verifying.bounds import Bounds
    from cityos_dsl.diagnostics import Finding

PLURALS = {"step": "steps", "branch": "branches", "outcome": "outcomes", "compensation": "compensations"}


def search(root: Path, generated: Path, checked: Checked, exercised: Iterable[Exercised], bounds: Bounds) -> None:
    """Look in every workflow for what no scenario reached; where nothing is missed, there is nothing to look for."""
    from cityos_runtime.virtual.programs import compiled_programs

    from cityos_compiler.scenarios.coverage.searched import searched

    city = verified_city(root, checked)
    programs = compiled_programs(generated)
    incomplete = [each for each in exercised if each.missed]
    with progress("searching", len(incomplete)) as done:
        for each in incomplete:
            name = each.workflow.name
            each.searched = searched(city.subject(name), programs[name], each.missed, generated, bounds)
            done()


def unreached(exercised: Iterable[Exercised]) -> list[Finding]:
    """The findings: what nothing reaches, where no bound cut the search."""
    from cityos_compiler.scenarios.coverage.unreached import findings

    return findings(exercised)


def tell(checked: Checked, exercised: list[Exercised], found: list[Finding]) -> None:
    """Say what was reached, for people."""
    from cityos_compiler.render import has_color, human

    for each in exercised:
        for point in each.missed:
            if point not in each.surely_unreached:  # the findings have it
                click.echo(f"{each.workflow.file}:{point.line}: {point.kind} {_missed(each, point)}: {point.name}")
        for name in each.idle:
            click.echo(f"{each.workflow.file}: `unexercised: {name}` excuses nothing")
        _tell_search(each)
    if found:
        click.echo("\n" + human(found, checked.project.texts, color=has_color(sys.stdout)) + "\n")
    if exercised:
        _sum(exercised)


def _missed(each: Exercised, point: Point) -> str:
    if each.searched is None:
        return "never reached"
    if point in each.searched.reached:
        return "reached by no scenario, but a run gets there"
    return "reached by nothing within the bounds"


def _tell_search(each: Exercised) -> None:
    if each.searched is None:
        return
    cut = f"; cut by {', '.join(sorted(each.searched.cut))}" if each.searched.cut else ", and no path is left"
    total, missed, nowhere = sum(each.total.values()), len(each.missed) + len(each.excused), len(each.unreached)
    click.echo(
        f"{each.workflow.id} {each.workflow.name}: {total - missed} of {total} points by scenarios, "
        f"{len(each.missed) - nowhere} by the search alone, {nowhere} by nothing; {each.searched.runs} runs{cut}"
    )


def _sum(exercised: list[Exercised]) -> None:
    kinds = {kind: (sum(e.reached(kind) for e in exercised), sum(e.total[kind] for e in exercised))
             for kind in exercised[0].total}  # fmt: skip
    excused = sum(len(each.excused) for each in exercised)
    counted = ", ".join(f"{reached} of {total} {PLURALS[kind]}" for kind, (reached, total) in kinds.items())
    click.echo(f"reached {counted}" + (f"; {excused} excused" if excused else ""))


def data(each: Exercised) -> dict[str, Any]:
    """What was reached of one workflow, as JSON."""
    found = {
        "workflow": each.workflow.name,
        "file": each.workflow.file,
        "total": each.total,
        "reached": {kind: each.reached(kind) for kind in each.total},
        "missed": [_point(point) for point in each.missed],
        "excused": [{**_point(point), "reason": why} for point, why in each.excused],
    }
    if each.searched is None:
        return found
    by_search = [_point(point) for point in each.missed if point in each.searched.reached]
    nowhere = [_point(point) for point in each.unreached]
    search = {"runs": each.searched.runs, "cut": dict(each.searched.cut), "reached": by_search, "unreached": nowhere}
    return {**found, "search": search}


def _point(point: Point) -> dict[str, Any]:
    return {"kind": point.kind, "name": point.name, "line": point.line}
