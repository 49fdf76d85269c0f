"""`cityosc verify`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cityos_compiler.cli.bounding import bounded
from cityos_compiler.cli.common import lowered_project, project_root, verified_city
from cityos_compiler.cli.progress import progress

if TYPE_CHECKING:
    from cityos_compiler.verifying.city import City
    from cityos_compiler.verifying.report import Problem, Report


@click.command()
@click.argument("workflows", nargs=-1)
@bounded(faults=2, variants=2, signals=4, jumps=12, runs=1200)
@click.option("--workers", default=2, show_default=True, help="Processes that search.")
@click.option("--json", "as_json", is_flag=True, help="Write the whole report as JSON.")
@click.option("--replay", type=click.Path(exists=True, dir_okay=False, path_type=Path), help="Show a trace's timeline.")
def verify_command(
    workflows: tuple[str, ...], faults: int, variants: int, signals: int, jumps: int, runs: int, workers: int,
    as_json: bool, replay: Path | None,
) -> int:  # fmt: skip
    """Try every path of WORKFLOWS (names or numbers; all where none is named) within bounds.

    Every outcome of every step, every order of signals and timers, a cancellation at every point: runs in this process,
    on a virtual clock. A violation comes with the shortest trace to it. What a bound cut off is named.
    """
    from cityos_compiler.verifying.bounds import Bounds
    from cityos_compiler.verifying.city import verify_all

    root = project_root()
    city = verified_city(root, lowered_project(root))
    if replay is not None:
        return _replay(city, replay)
    names = _chosen(city, workflows)
    bounds = Bounds(faults=faults, variants=variants, signals=signals, jumps=jumps, runs=runs)
    reports = []
    with progress("verifying", len(names)) as done:
        for each in verify_all(city, names, bounds, workers):
            reports.append(each)
            if not as_json:
                _tell(root, each)
            done()
    if as_json:
        click.echo(json.dumps([asdict(each) for each in sorted(reports, key=lambda each: each.id)], indent=1))
    else:
        _sum(reports)
    return 0 if all(each.is_sound for each in reports) else 1


def _chosen(city: City, wanted: Iterable[str]) -> list[str]:
    from cityos_compiler.cli.find import find_workflow
    from cityos_compiler.passes import Checked

    all_of_them = list(city.definitions.workflows.values())
    checked = Checked(city.project, all_of_them, [])
    return [find_workflow(checked, each).name for each in wanted] or [each.name for each in all_of_them]


def _tell(root: Path, report: Report) -> None:
    steps = f"{report.reached['step']} of {report.total['step']} steps"
    undone = f"{report.reached['compensation']} of {report.total['compensation']} compensations"
    cut = f"; cut by {', '.join(sorted(report.cut))}" if report.cut else ""
    mark = "ok" if report.is_sound else "FAILED"
    click.echo(
        f"{mark:>6}  {report.id} {report.workflow}: {report.states} states, {report.runs} runs{_time(report.seconds)}; "
        f"{steps}, {undone}{cut}"
    )
    within = " within the bounds" if report.cut else ""
    for missed in report.missed:
        click.echo(f"        {report.file}:{missed.line}: {missed.kind} never reached{within}: {missed.name}")
    for problem in report.problems:
        _tell_problem(root, report, problem)


def _tell_problem(root: Path, report: Report, problem: Problem) -> None:
    if problem.is_note:
        click.echo(f"        {report.file}:{problem.line}: note: {problem.message}")
        return
    click.echo(f"\n{report.file}:{problem.line}: {problem.message}")
    for line in problem.timeline:
        click.echo(f"    {line}")
    path = _kept(root, report, problem)
    click.echo(f"  again: cityosc simulate {report.id} --trace {path.relative_to(root)}\n")


def _time(seconds: float) -> str:
    """For people: what is written to a file says the same every time."""
    return f", {seconds:.1f} s" if sys.stdout.isatty() else ""


def _kept(root: Path, report: Report, problem: Problem) -> Path:
    """The problem's trace, in a file."""
    folder = root / ".cityos" / "verify"
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "-".join(part for part in (report.id, problem.kind, problem.step) if part)
    path = path.with_name(path.name + ".json")
    path.write_text(json.dumps(problem.trace, indent=1) + "\n", encoding="utf-8")
    return path


def _sum(reports: list[Report]) -> None:
    wrong = sum(len(each.violations) for each in reports)
    states, runs = sum(each.states for each in reports), sum(each.runs for each in reports)
    seconds = sum(each.seconds for each in reports)
    cut: dict[str, int] = {}
    for each in reports:
        for name in each.cut:
            cut[name] = cut.get(name, 0) + 1
    click.echo(f"\n{len(reports)} workflows, {states} states, {runs} runs{_time(seconds)}, {wrong} violations")
    if cut:
        click.echo("bounds that cut something: " + ", ".join(f"{name} in {cut[name]}" for name in sorted(cut)))


def _replay(city: City, file: Path) -> int:
    from cityos_compiler.verifying.report import timeline
    from cityos_compiler.verifying.traces import WrongTrace, read_trace

    try:
        trace = read_trace(file)
        for line in timeline(city.subject(_chosen(city, [trace.workflow])[0]), trace):
            click.echo(line)
    except WrongTrace as error:
        raise click.ClickException(str(error)) from None
    return 0
