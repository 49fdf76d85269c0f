"""Values followed through all workflows: a child's output is what its workflow returns."""

from __future__ import annotations

from collections.abc import Callable

from cityos_compiler import ir
from cityos_compiler.dataflow.held import Held
from cityos_compiler.dataflow.workflow import Flowing
from cityos_dsl.project import Project


class Followed:
    """Where the values of each workflow flow, followed when somebody asks.

    ``called`` gives a workflow by its name, ``view`` what of the project the one in a file gets to see.
    """

    def __init__(self, called: Callable[[str], ir.Workflow | None], view: Callable[[str], Project]) -> None:
        self._called = called
        self._view = view
        self._done: dict[str, Flowing] = {}
        self._open: set[str] = set()

    def of(self, workflow: ir.Workflow) -> Flowing:
        """What was found of one workflow."""
        if workflow.file not in self._done:
            flowing = Flowing(workflow, self._view(workflow.file), self._output_of)
            self._open.add(workflow.file)
            flowing.follow()
            self._open.discard(workflow.file)
            self._done[workflow.file] = flowing
        return self._done[workflow.file]

    def forget(self, file: str) -> None:
        """Let go of what was found of the workflow in a file."""
        self._done.pop(file, None)

    def _output_of(self, name: str) -> Held:
        workflow = self._called(name)
        if workflow is None or workflow.file in self._open:  # of one that calls itself nothing is known yet
            return Held()
        return self.of(workflow).output
