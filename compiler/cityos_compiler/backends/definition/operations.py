"""Operations as data: everything that a generated call says of them."""

from __future__ import annotations

from typing import Any

from cityos_compiler.backends.definition.writing import Writing
from cityos_compiler.lowering.completions import asking
from cityos_compiler.policies import retry_of, timeout_of
from cityos_dsl.fields import camel, record, seconds
from cityos_dsl.project import OperationModel, Project


def operation_data(w: Writing, operation: OperationModel) -> dict[str, Any]:
    """One operation: where it runs, how long and how often it is tried, what it takes and gives."""
    retry = retry_of(w.project, operation)
    data = {
        "name": operation.name,
        "system": operation.system,
        "task_queue": operation.task_queue,
        "effect": operation.effect,
        "summary": operation.spec.summary.text if operation.spec.summary is not None else None,
        "timeout": timeout_of(w.project, operation),
        "retry": {**retry, "never": _never(w.project)},
        "lookup": operation.has_lookup,
        "input": w.types.inline(record(camel(operation.name) + "Input", operation.input)),
        "optional": [decl.name for decl in operation.input if decl.optional],
        "output": w.types.of(operation.output),
    }
    completion = _completion(w, operation)
    return {**data, "completes": completion} if completion is not None else data


def _never(project: Project) -> list[str]:
    return sorted(name for name, error in project.errors.items() if error.retryable.text == "false")


def _completion(w: Writing, operation: OperationModel) -> dict[str, Any] | None:
    """How the answer comes later, with the signals under their own names."""
    spec = operation.spec.completes
    if spec is None:
        return None
    signals = {}
    for key, meaning in spec.signals.items():
        model = w.project.signal(key.text)
        signals[model.name if model is not None else key.text] = _meaning(meaning.text)
    return {
        "signals": signals,
        "match": spec.match.text,
        "within": seconds(spec.within.text) or 86_400.0,
        "settled": [scalar.text for scalar in spec.settled or ()],
        **_asked(w, operation),
    }


def _asked(w: Writing, operation: OperationModel) -> dict[str, Any]:
    """The operation that is asked when no signal came, and what the statuses of its answer mean."""
    asked, spec = asking(w.project, operation), operation.spec.completes
    if asked is None or spec is None:
        return {}
    statuses = {key.text: _meaning(meaning.text) for key, meaning in (spec.statuses or {}).items()}
    return {
        "ask": {"operation": w.operation(asked.operation), "with": [list(pair) for pair in asked.inputs]},
        "statuses": statuses or {scalar.text: "" for scalar in spec.settled or ()},
        "takes_its_answer": asked.whole,
    }


def _meaning(text: str) -> str:
    return "" if text == "ok" else text
