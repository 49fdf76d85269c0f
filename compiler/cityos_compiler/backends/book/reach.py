"""How workflows reach each other: events, children, signals."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from cityos_compiler import ir
from cityos_dsl.project import Project
from cityos_dsl.spec import documents as d


@dataclass(frozen=True, order=True)
class Link:
    """One workflow reaches another."""

    source: str
    target: str
    how: str
    """event, call, start or signal."""
    by: str
    """The event's or signal's name; empty for children."""


def links(workflows: Iterable[ir.Workflow]) -> list[Link]:
    """All links, in order; workflows by their ids."""
    known = list(workflows)
    started = [(trigger.event, w.id) for w in known for trigger in w.triggers if trigger.event is not None]
    found: set[Link] = set()
    for workflow in known:
        for step in ir.all_steps(workflow):
            match step:
                case ir.Emit():
                    found |= {Link(workflow.id, target, "event", step.event) for event, target in started
                              if event == step.event}  # fmt: skip
                case ir.Child():
                    found.add(Link(workflow.id, step.number, "call" if step.awaited else "start", ""))
                case ir.SendSignal():
                    found |= {Link(workflow.id, other.id, "signal", step.signal.name) for other in known
                              if same_id(step.to, other.workflow_id)}  # fmt: skip
    return sorted(found)


def senders(workflows: Iterable[ir.Workflow], event: str) -> list[str]:
    """The workflows that emit an event."""
    return [w.id for w in workflows
            if any(isinstance(step, ir.Emit) and step.event == event for step in ir.all_steps(w))]  # fmt: skip


def takers(workflows: Iterable[ir.Workflow], signal: str) -> list[str]:
    """The workflows that take a signal."""
    return [w.id for w in workflows if any(model.name == signal for model in w.signals)]


def webhooks(system: d.System) -> list[tuple[str, d.Webhook]]:
    """What a system tells by itself, with the provider that does."""
    return [("", each) for each in system.webhooks or ()] + [
        (name.text, each) for name, provider in (system.providers or {}).items() for each in provider.webhooks or ()
    ]


def told(project: Project) -> dict[str, list[str]]:
    """By which messages of which systems each signal and event is told."""
    found: dict[str, list[str]] = defaultdict(list)
    for name, system in project.systems.items():
        for provider, each in webhooks(system):
            signal = project.aliases.get(each.tells.text, each.tells.text)
            said = f"{provider or name} `{each.event.text}`"
            if said not in found[signal]:
                found[signal].append(said)
    return dict(found)


def found_by(workflow: ir.Workflow, names: Iterable[str]) -> str:
    """By which values a signal of one of these names finds a workflow; empty where its id is enough."""
    fits = [a for a in workflow.receives if any(fnmatchcase(name, a.signal) for name in names)]
    return " or ".join(f"`{address.field}` = `{address.path}`" for address in fits)


def same_id(one: str, other: str) -> bool:
    """Whether two patterns of ids fit each other, whatever stands in their braces."""
    left, right = one.split(":"), other.split(":")
    return len(left) == len(right) and all(
        a == b or (a.startswith("{") and b.startswith("{")) for a, b in zip(left, right, strict=True)
    )
