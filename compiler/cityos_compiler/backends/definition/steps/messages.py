"""Children, signals and events as data."""

from __future__ import annotations

from cityos_compiler import ir
from cityos_compiler.backends.definition.blocks import Data, maybe_block, writes
from cityos_compiler.backends.definition.writing import Writing
from cityos_dsl.fields import record


@writes(ir.Child)
def child(w: Writing, step: ir.Child) -> Data:
    """A child workflow, awaited or started."""
    other = w.workflows[step.workflow]
    inputs = record(step.workflow.removesuffix("Workflow") + "Input", other.input)
    return {
        "step": "call" if step.awaited else "start",
        "workflow": step.workflow,
        "input": w.types.inline(inputs),
        "with": w.pairs(step.inputs),
        "result": w.types.use(other.output.name) if step.awaited else None,
        "workflow_id": step.workflow_id,
        "task_queue": step.task_queue,
        "summary": w.text(step.summary),
        "goes_on": step.on_failure == "continue",
        "otherwise": maybe_block(w, step.on_failure_steps) if step.on_failure == "steps" else None,
    }


@writes(ir.SendSignal)
def send(w: Writing, step: ir.SendSignal) -> Data:
    """A signal to another workflow."""
    return {
        "step": "signal",
        "signal": step.signal.name,
        "payload": w.types.use(step.signal.payload.name),
        "to": step.to,
        "values": w.pairs(step.values),
        "with": w.pairs(step.payload),
        "missing": step.missing,
    }


@writes(ir.Emit)
def emit(w: Writing, step: ir.Emit) -> Data:
    """An event into the outbox."""
    return {"step": "emit", "event": step.event, "with": w.pairs(step.payload)}
