"""Which workflows a signal to an id may reach."""

from __future__ import annotations

import re
from collections.abc import Iterable

from cityos_compiler import ir


def meant_by(workflows: Iterable[ir.Workflow], step: ir.SendSignal) -> list[ir.Workflow]:
    """The workflows that may have the id: by their own pattern, or by one under which they are called or started."""
    started = {
        child.workflow
        for workflow in workflows
        for child in ir.all_steps(workflow)
        if isinstance(child, ir.Child) and fits(step.to, child.workflow_id)
    }
    return [one for one in workflows if one.name in started or fits(step.to, one.workflow_id)]


def fits(to: str, pattern: str) -> bool:
    """Whether an id under `to:` may be one that a workflow's pattern makes."""
    ours, theirs = to.split(":"), pattern.split(":")
    return len(ours) == len(theirs) and all(
        one == other or re.search(r"\{\w+\}", one) or re.search(r"\{\w+\}", other)
        for one, other in zip(ours, theirs, strict=True)
    )
