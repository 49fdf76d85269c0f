"""The schedules of a project: when the clock starts which workflow, in words and as times."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from cityos_compiler import ir
from cityos_compiler.lowering.cadence import DAYS
from cityos_dsl.fields import seconds
from cityos_dsl.project import Project
from cityos_dsl.source import Mapping, Sequence

ZONE = "UTC"
"""All cadences are in it; Temporal's schedules know no tenant."""
OVERLAPS = {
    "skip": "left out",
    "buffer_one": "one waits for its end",
    "buffer_all": "all wait for its end",
    "cancel_other": "the one that runs is cancelled",
    "terminate_other": "the one that runs is terminated",
    "allow_all": "side by side",
}
"""What a turn means that comes while the last one's workflows still run."""


@dataclass(frozen=True)
class Scheduled:
    """A workflow and one of its schedules."""

    workflow: ir.Workflow
    trigger: ir.Trigger
    over: str
    """What the operation gives that the schedule goes through; empty where it starts one workflow for the platform."""
    by_tenant: bool
    """Whether the rows of that operation name their tenant, as its example shows."""

    @property
    def cadence(self) -> str:
        """When, in words."""
        return in_words(self.trigger.schedule or "")

    @property
    def scope(self) -> str:
        """For whom: the platform, each tenant, or each of what the operation gives."""
        if self.trigger.over is None:
            return "the platform"
        if not self.by_tenant:
            return f"the platform ({self.trigger.over})"
        named = set(re.findall(r"{(\w+)}", self.workflow.workflow_id))
        return f"each tenant ({self.trigger.over})" if named == {"tenant_id"} else f"each row of {self.trigger.over}"

    @property
    def overlap(self) -> str:
        """What a turn means while the last one still runs, in words."""
        return OVERLAPS[self.trigger.overlap or "skip"]

    @property
    def catch_up(self) -> str:
        """What becomes of turns that were missed, in words."""
        if self.trigger.catch_up is None:
            return "made up for a year"  # Temporal's own window
        return f"made up for {spelled(self.trigger.catch_up)}" if self.trigger.catch_up else "left out"

    def next_times(self, after: datetime, count: int = 3) -> list[datetime]:
        """Its next turns after an instant."""
        cadence = self.trigger.cadence or {}
        if "every" in cadence:
            return _intervals(timedelta(seconds=float(cadence["every"])), after, count)
        return _cron(str(cadence["cron"]), after, count)

    def data(self, after: datetime) -> dict[str, Any]:
        """All of it, for programs."""
        return {
            "workflow": self.workflow.id,
            "name": self.workflow.name,
            "schedule": self.trigger.schedule,
            "cadence": self.cadence,
            "time_zone": ZONE,
            "over": self.trigger.over,
            "scope": self.scope,
            "overlap": self.trigger.overlap or "skip",
            "catch_up_seconds": self.trigger.catch_up,
            "next": [each.isoformat() for each in self.next_times(after)],
        }


def scheduled(project: Project, workflows: Iterable[ir.Workflow]) -> list[Scheduled]:
    """All schedules, in the order of their workflows."""
    return [
        Scheduled(workflow, trigger, _summary(project, trigger.over), _names_tenants(project, trigger.over))
        for workflow in workflows
        for trigger in workflow.triggers
        if trigger.cadence is not None
    ]


def _summary(project: Project, operation: str | None) -> str:
    if operation is None:
        return ""
    said = project.operations[operation.rpartition(".")[2]][0].spec.summary
    return said.text if said is not None else ""


def _names_tenants(project: Project, operation: str | None) -> bool:
    example = project.operations[operation.rpartition(".")[2]][0].spec.example if operation is not None else None
    rows = example.get("rows") if isinstance(example, Mapping) else None
    first = next(iter(rows.items), None) if isinstance(rows, Sequence) else None
    return isinstance(first, Mapping) and first.get("tenant_id") is not None


def in_words(schedule: str) -> str:
    """A cadence as a person says it: `weekly sunday 02:00` is every Sunday at 02:00."""
    word, _, rest = schedule.strip().partition(" ")
    day, _, time = rest.strip().partition(" ")
    match word.lower().rstrip(":"):
        case "every":
            return f"every {_lasting(rest)}"
        case "daily":
            return f"every day at {day}"
        case "weekly":
            return f"every {next(name for name in DAYS if name.startswith(day.lower())).capitalize()} at {time}"
        case "monthly":
            return f"on day {day} of every month at {time}"
        case "quarterly":
            return f"on the first day of every quarter at {day}"
    return f"by cron {schedule.strip()}"


def _lasting(text: str) -> str:
    return spelled(seconds(text) or 0).removeprefix("1 ")


def spelled(lasting: float) -> str:
    """A duration in words, in the largest unit that it fills."""
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60)):
        if lasting and lasting % size == 0:
            count = int(lasting // size)
            return f"{count} {unit}{'s' if count > 1 else ''}"
    return f"{lasting:g} seconds"


def _intervals(every: timedelta, after: datetime, count: int) -> list[datetime]:
    """Temporal counts intervals from the epoch on, and not from the schedule's creation."""
    epoch = datetime(1970, 1, 1, tzinfo=UTC)
    first = epoch + ((after - epoch) // every + 1) * every
    return [first + number * every for number in range(count)]


def _cron(text: str, after: datetime, count: int) -> list[datetime]:
    """Temporal wants both the day of the month and the weekday to fit, where cron itself is content with one."""
    from croniter import croniter

    turns = croniter(text, after, day_or=False, ret_type=datetime)
    return [turns.get_next() for _ in range(count)]
