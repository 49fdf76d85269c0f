"""Small specs in the golden town, verified."""

from __future__ import annotations

import textwrap
from functools import cache
from pathlib import Path

from cityos_compiler.backends.definition.document import Definitions
from cityos_compiler.verifying.bounds import Bounds
from cityos_compiler.verifying.city import City
from cityos_compiler.verifying.report import Report
from cityos_compiler.workspace import Workspace

TOWN = Path(__file__).parents[1] / "golden" / "town"
FILE = "specs/workflows/words/wf-999-tried.yaml"
HEAD = """\
id: WF-999
workflow: TriedWorkflow
summary: A workflow that is tried.
trigger: {operator: true}
task_queue: town
workflow_id: tenant:{tenant_id}:visitor:{visitor_id}:tried
compensation: dead_letter
input: {visitor_id: string, place: string, fee: decimal}
"""
BOUNDS = Bounds(faults=2, runs=1500)


@cache
def _workspace() -> Workspace:
    return Workspace.at(TOWN)


def spec(steps: str, above: str = "") -> str:
    """A workflow with these steps; ``above`` stands between its head and them."""
    return f"{HEAD}{textwrap.dedent(above)}steps:\n{textwrap.indent(textwrap.dedent(steps), '  ')}"


def verified(steps: str, *, above: str = "", bounds: Bounds = BOUNDS) -> Report:
    """The report of a workflow with these steps; ``above`` stands between its head and them."""
    checked = _workspace().check({FILE: spec(steps, above)})
    found = [f for f in checked.findings if f.span.file == FILE]
    city = City(checked.project, Definitions(checked.project, checked.workflows), [])
    assert any(each.id == "WF-999" for each in checked.workflows), found
    return city.verify("TriedWorkflow", bounds)
