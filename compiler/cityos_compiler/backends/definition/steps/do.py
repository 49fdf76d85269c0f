"""Operations as data: the call, its compensation, its failures, its business rounds."""

from __future__ import annotations

from cityos_compiler import ir
from cityos_compiler.backends.definition.blocks import Data, caught, maybe_block, results_in, writes
from cityos_compiler.backends.definition.writing import Writing
from cityos_dsl.expr import types as t


@writes(ir.Do)
def do(w: Writing, step: ir.Do) -> Data:
    """An operation: plain, with branches for its failures, or in business rounds."""
    before, last = ir.failure_ways(step)
    data: Data = {
        "step": "do",
        "call": w.call(step.operation, step.inputs, step.system),
        "undo": compensation(w, step.undo),
        "summary": w.text(step.summary),
        "within": w.maybe(step.within),
        "key": _key(w, step.key),
        "goes_on": step.on_failure == "continue",
        "failing": _failing(before),
        "failing_last": _failing(last) if last != before else None,
        "rounds": w.maybe(step.rounds),
    }
    if step.rounds is not None or step.catch or step.on_failure == "steps":
        data["fresh"] = results_in(w, *(branch.steps for branch in step.catch)) if step.rounds is not None else None
        data["catch"] = caught(w, step.catch)
        data["otherwise"] = maybe_block(w, step.on_failure_steps)
    return data


def _failing(ways: ir.Ways) -> Data:
    """What a failure means, as the runtime is told."""
    return {"catches": list(ways.catches), "on_failure": ways.on_failure}


def _key(w: Writing, key: ir.Expr | None) -> Data | None:
    """What tells this step's runs apart; what is no text is made one as Python writes it."""
    if key is None:
        return None
    return {"value": w.expression(key), "text": key.type == t.STRING}


def compensation(w: Writing, undo: ir.Compensation | None) -> Data | None:
    """What undoes a step, and whether it takes the step's own result."""
    if undo is None:
        return None
    return {"call": w.call(undo.operation, undo.inputs, undo.system), "needs_result": undo.needs_result}
