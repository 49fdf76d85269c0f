"""Seeded faults in real specs: does `cityosc verify` find each of them?

usage: python benchmarks/verifying.py [WF-NNN...]

Takes out every compensation, swaps the two steps around every pivot, and drops every timeout with its duration, one at
a time, and verifies the workflow. Prints for each what was found first.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from pathlib import Path

from cityos_compiler.backends.definition.document import Definitions
from cityos_compiler.scenarios.model import Scenario, read_scenarios
from cityos_compiler.verifying.bounds import Bounds
from cityos_compiler.verifying.city import City
from cityos_compiler.verifying.report import Report
from cityos_compiler.workspace import Workspace
from mutating import Document, Mutation, lists, maps

from cityos_dsl.source import Scalar, Sequence

ROOT = Path(__file__).parents[1]
CHOSEN = ("WF-001", "WF-016", "WF-057", "WF-059", "WF-065")
BOUNDS = Bounds(faults=1, runs=600)


def mutants(file: str, text: str) -> Iterator[tuple[str, int, str]]:
    """What is done, at which line, and the text with it."""
    document = Document(file, text)
    for holder in maps(document.tree):
        for one in document.removed("a compensation removed", holder, "compensate"):
            yield one.kind, one.line, one.applied(text)
        if any(holder.get(key) is not None for key in ("await", "group")):
            timed = [one for key in ("timeout", "for", "until")
                     for one in document.removed("a timeout dropped", holder, key)]  # fmt: skip
            if len(timed) == 2:
                yield "a timeout dropped", timed[0].line, _both(text, timed)
    for block in lists(document.tree):
        for place, item in enumerate(block.items):
            if isinstance(item, Scalar) and item.text == "pivot" and 0 < place < len(block.items) - 1:
                yield from _swapped(document, text, block, place)


def _both(text: str, changes: list[Mutation]) -> str:
    for one in sorted(changes, key=lambda each: -each.start):
        text = one.applied(text)
    return text


def _swapped(document: Document, text: str, block: Sequence, place: int) -> Iterator[tuple[str, int, str]]:
    """The step before a pivot and the one behind it change places: the first moves behind both, the other before."""
    for first in document.swapped("", block, place - 1):
        moved = first.applied(text)
        again = Document(document.file, moved)
        for holder in lists(again.tree):
            if len(holder.items) > place + 1 and holder.span.line == block.span.line:
                for second in again.swapped("", holder, place):
                    third = second.applied(moved)
                    yield from _back(document.file, third, holder.span.line, place, first.line)


def _back(file: str, text: str, line: int, place: int, shown: int) -> Iterator[tuple[str, int, str]]:
    document = Document(file, text)
    for holder in lists(document.tree):
        if holder.span.line == line and len(holder.items) > place + 1:
            for one in document.swapped("", holder, place - 1):
                yield "two steps swapped around a pivot", shown, one.applied(text)


def found(workspace: Workspace, scenarios: list[Scenario], file: str, text: str, number: str) -> Report | str:
    """The report of a mutant, or why it can't be run at all."""
    checked = workspace.check({file: text})
    workflow = next((each for each in checked.workflows if each.id == number), None)
    if workflow is None:
        return next((f"{f.code}: {f.message}" for f in checked.findings if f.span.file == file), "not lowered")
    return City(checked.project, Definitions(checked.project, checked.workflows), scenarios).verify(
        workflow.name, BOUNDS
    )


def main(wanted: list[str]) -> int:
    """Verify every mutant; how many were missed."""
    workspace = Workspace.at(ROOT)
    scenarios, _, _ = read_scenarios(ROOT / "specs" / "tests", ROOT)
    missed = 0
    for number in wanted or CHOSEN:
        file = next(f for f, text in workspace.texts.items() if f"id: {number}\n" in (text or ""))
        for kind, line, text in mutants(file, workspace.texts[file] or ""):
            began = time.process_time()
            report = found(workspace, scenarios, file, text, number)
            spent = f"{time.process_time() - began:.1f} s"
            if isinstance(report, str):
                print(f"refused  {number}:{line} {kind}: {report}")
            elif report.violations:
                print(f"found    {number}:{line} {kind}: {report.violations[0].message} ({spent})")
            else:
                missed += 1
                print(f"MISSED   {number}:{line} {kind} ({spent})")
            sys.stdout.flush()
    return missed


if __name__ == "__main__":
    sys.exit(1 if main(sys.argv[1:]) else 0)
