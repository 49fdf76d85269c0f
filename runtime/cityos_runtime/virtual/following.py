"""Following one run through its world: what happened, when each step began, and going on to a moment."""

from __future__ import annotations

from datetime import datetime, timedelta

from cityos_runtime.virtual.run import Run
from cityos_runtime.virtual.trace import Entry
from cityos_runtime.virtual.world import World


class NeverBegan(Exception):
    """A step whose beginning was waited for didn't begin."""


class Following:
    """Listens to a world for one workflow id; `heard` is what the world is given to tell."""

    def __init__(self, workflow_id: str, start: datetime) -> None:
        self.workflow_id = workflow_id
        self.trace: list[Entry] = []
        self.fired = 0
        """The timers that fired."""
        self._start = start
        self._began: dict[str, datetime] = {}

    def heard(self, entry: Entry) -> None:
        """Something happened in the world."""
        self.trace.append(entry)
        if entry.workflow != self.workflow_id:
            return
        if entry.kind == "scheduled":
            self._began.setdefault(entry.name, entry.time)
            self._began.setdefault(entry.details["operation"], entry.time)
        elif entry.kind == "fired":
            self.fired += 1
        elif entry.kind == "timer":
            self._began.setdefault(entry.name.split(" ")[0], entry.time)

    def run_in(self, world: World) -> Run:
        """The latest run of the workflow."""
        return world.runs[self.workflow_id]

    def reach(self, world: World, step: str | None, seconds: float) -> None:
        """Let time go on to a moment after the start, or after a step began.

        Raises NeverBegan where the run ended, or waits for ever, before that step.
        """
        base = self._start
        if step is not None:
            world.go(enough=lambda: step in self._began or self.run_in(world).is_over)
            if step not in self._began:
                raise NeverBegan(step)
            base = self._began[step]
        if seconds:
            # What comes from outside comes before a timer of that very moment: on a server its start came later.
            world.approach(base + timedelta(seconds=seconds))
        else:
            world.settle()
