"""How long and how often an operation is tried: what it says itself, else its project, else the architecture."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, TypeAlias

from cityos_dsl.fields import seconds
from cityos_dsl.project import OperationModel, Project
from cityos_dsl.source import Mapping, Scalar

DEFAULT_RETRY = {"attempts": "5", "first": "1s", "max": "5m", "backoff": "2.0"}  # architecture §4.2
DEFAULT_TIMEOUT = 30.0  # seconds; architecture §4.2

Pauses: TypeAlias = tuple[timedelta, ...]


def timeout_of(project: Project, operation: OperationModel) -> float:
    """How long one attempt may take, in seconds."""
    own = operation.spec.timeout
    if own is not None:
        return seconds(own.text) or DEFAULT_TIMEOUT
    timeouts = project.city.timeouts if project.city is not None else None
    usual = timeouts.get("activity") if isinstance(timeouts, Mapping) else None
    return (seconds(usual.text) if isinstance(usual, Scalar) else None) or DEFAULT_TIMEOUT


def retry_of(project: Project, operation: OperationModel) -> dict[str, Any]:
    """An operation's retry policy: its own, else the project's, else §4.2's default. Intervals in seconds."""
    policies = {name.text: policy for name, policy in (operation.owner.retry or {}).items()}
    policy = policies.get(operation.spec.retry.text) if operation.spec.retry is not None else None
    if policy is None and project.city is not None:
        policy = project.city.retry
    texts = dict(DEFAULT_RETRY)
    never: list[str] = []
    if policy is not None:
        for name in texts:
            scalar = getattr(policy, name)
            if scalar is not None:
                texts[name] = scalar.text
        never = [scalar.text for scalar in policy.never or ()]
    never += [name for name, error in project.errors.items() if error.retryable.text == "false" and name not in never]
    return {
        "attempts": int(texts["attempts"]),
        "first": seconds(texts["first"]) or 1.0,
        "max": seconds(texts["max"]) or 300.0,
        "backoff": float(texts["backoff"]),
        "never": never,
    }


def pauses_of(project: Project, operation: OperationModel) -> Pauses:
    """The pauses between an operation's attempts; none where nothing bounds how many there are."""
    policy = retry_of(project, operation)
    lengths = (policy["first"] * policy["backoff"] ** number for number in range(policy["attempts"] - 1))
    return tuple(timedelta(seconds=min(length, policy["max"])) for length in lengths)
