"""Values followed through all workflows: a child's output is what its workflow returns."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from cityos_compiler import ir
from cityos_compiler.dataflow.held import Held
from cityos_compiler.dataflow.leaks import Carried, Leak
from cityos_compiler.dataflow.workflow import Flowing
from cityos_dsl.project import Project


@dataclass
class Followed:
    """What was found: values that go where their class may not, and personal data that goes to systems."""

    leaks: list[Leak] = field(default_factory=list)
    carried: list[Carried] = field(default_factory=list)


def follow(workflows: tuple[ir.Workflow, ...], project: Project) -> Followed:
    """Follow the values of every workflow, the called ones first."""
    found = Followed()
    by_name = {workflow.name: workflow for workflow in workflows}
    outputs: dict[str, Held] = {}

    def output_of(name: str) -> Held:
        if name not in outputs:
            outputs[name] = Held()  # of one that calls itself nothing is known yet
            if name in by_name:
                outputs[name] = _one(by_name[name], project, output_of, found)
        return outputs[name]

    for workflow in workflows:
        output_of(workflow.name)
    return found


def _one(workflow: ir.Workflow, project: Project, output_of: Callable[[str], Held], found: Followed) -> Held:
    flowing = Flowing(workflow, project, output_of)
    flowing.follow()
    found.leaks += flowing.leaks
    found.carried += flowing.carried
    return flowing.output
