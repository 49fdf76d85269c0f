"""What of the generated workflows ran: lines and arcs between them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from cityos_compiler import ir
from cityos_compiler.backends.python.naming import workflow_module_name
from cityos_compiler.scenarios.coverage.points import Point

PACKAGE = Path("cityos_generated") / "workflows"


def module_of(workflow: ir.Workflow) -> Path:
    """The file of a workflow's generated module, below the folder of generated code."""
    return PACKAGE / f"{workflow_module_name(workflow.id, workflow.name)}.py"


@dataclass
class Ran:
    """What ran of one generated module."""

    lines: frozenset[int] = frozenset()
    arcs: frozenset[tuple[int, int]] = frozenset()

    def reached(self, point: Point, undone: Collection[str] = ()) -> bool:
        """Whether a run got to a point; ``undone`` are the compensations that ran."""
        if point.kind == "compensation":
            return point.name in undone
        if point.past is None:
            return any(line in self.lines for line in point.at)
        condition, holding = point.past
        return any(start in condition and end not in condition and end not in holding for start, end in self.arcs)

    def __or__(self, other: Ran) -> Ran:
        return Ran(self.lines | other.lines, self.arcs | other.arcs)


class Measuring:
    """Python's own measure of what runs of the generated workflows."""

    def __init__(self, generated: Path) -> None:
        from coverage import Coverage

        include = [str(generated / PACKAGE / "*.py")]
        self._watcher = Coverage(data_file=None, branch=True, include=include, config_file=False)

    @contextmanager
    def on(self) -> Iterator[None]:
        """Measure what runs meanwhile, beside what ran before."""
        self._watcher.start()
        try:
            yield
        finally:
            self._watcher.stop()

    def ran(self) -> dict[str, Ran]:
        """What ran, by the module's file."""
        data = self._watcher.get_data()
        return {
            Path(name).name: Ran(frozenset(data.lines(name) or ()), frozenset(data.arcs(name) or ()))
            for name in data.measured_files()
        }


@contextmanager
def measured(generated: Path, into: dict[str, Ran]) -> Iterator[None]:
    """Measure what runs of the generated workflows; what ran is in ``into`` afterwards, by the module's file."""
    measuring = Measuring(generated)
    with measuring.on():
        yield
    into.update(measuring.ran())
