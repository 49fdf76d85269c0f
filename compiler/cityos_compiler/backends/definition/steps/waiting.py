"""Waits and sleeps as data."""

from __future__ import annotations

from cityos_compiler import ir
from cityos_compiler.backends.definition.blocks import Data, block, maybe_block, meanwhile, signal_branch, writes
from cityos_compiler.backends.definition.writing import Writing
from cityos_compiler.lowering.steps import common_payload


@writes(ir.Await)
def await_(w: Writing, step: ir.Await) -> Data:
    """A wait: what it listens to, and a branch for each way it ends."""
    return {
        "step": "await",
        "signals": [_branch(w, branch) for branch in step.branches],
        "when": w.maybe(step.when),
        "until": w.maybe(step.until),
        "lasting": w.maybe(step.lasting),
        "then": block(w, step.then),
        "timeout": maybe_block(w, step.timeout),
        "meanwhile": meanwhile(w, step.meanwhile),
    }


def _branch(w: Writing, branch: ir.Branch) -> Data:
    """A branch; several signals are read as what they have in common."""
    data = signal_branch(w, branch)
    if len(branch.signals) > 1:
        data["either"] = w.types.inline(common_payload(branch.signals))
    return data


@writes(ir.Sleep)
def sleep(w: Writing, step: ir.Sleep) -> Data:
    """A sleep for a time, or until one."""
    return {"step": "sleep", "lasting": w.maybe(step.lasting), "until": w.maybe(step.until)}
