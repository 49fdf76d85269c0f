"""Loops as data."""

from __future__ import annotations

from cityos_compiler import ir
from cityos_compiler.backends.definition.blocks import (
    Data,
    block,
    maybe_block,
    meanwhile,
    results_in,
    variables,
    writes,
)
from cityos_compiler.backends.definition.writing import Writing


@writes(ir.ForEach)
def for_each(w: Writing, step: ir.ForEach) -> Data:
    """A loop through a list or a range; its passes one after the other, or apart."""
    return {
        "step": "for_each",
        "item": step.item,
        "among": w.maybe(step.among),
        "first": w.maybe(step.first),
        "last": w.maybe(step.last),
        "where": w.maybe(step.where),
        "apart": step.apart,
        "concurrency": w.maybe(step.concurrency),
        "failing": step.failing,
        "outcome": w.types.use(step.outcome.name) if step.outcome is not None else None,
        "give": w.maybe(step.give),
        "fresh": results_in(w, step.steps),
        "variables": variables(w, step.locals),
        "meanwhile": meanwhile(w, step.meanwhile),
        "steps": block(w, step.steps),
    }


@writes(ir.Repeat)
def repeat(w: Writing, step: ir.Repeat) -> Data:
    """A loop up to a bound, or for ever."""
    return {
        "step": "repeat",
        "at_most": w.maybe(step.at_most),
        "every": w.maybe(step.every),
        "while": w.maybe(step.condition),
        "carries": step.carries,
        "fresh": results_in(w, step.steps),
        "variables": variables(w, step.locals),
        "meanwhile": meanwhile(w, step.meanwhile),
        "steps": block(w, step.steps),
        "exhausted": maybe_block(w, step.exhausted),
    }
