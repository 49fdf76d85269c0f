"""DATA008: a called workflow takes a value of its class."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler.rules.base import One, one_rule
from cityos_dsl.diagnostics import Finding


@one_rule(
    "DATA008",
    "Data goes to a workflow that does not take it",
    "What a workflow does with its input follows from the classes that it declares. A value of a higher "
    "class would flow on there as if it were harmless.",
    bad="# RefundWorkflow: input: {reason: string}\n- call: RefundWorkflow\n  with: {reason: input.medical_note}",
    good="# RefundWorkflow: input: {reason: {type: string, class: restricted}}\n"
    "- call: RefundWorkflow\n  with: {reason: input.medical_note}",
)
def check(one: One) -> Iterator[Finding]:
    """Look at the inputs of `call` and `start`."""
    from cityos_compiler.dataflow.told import told

    yield from told(
        "DATA008",
        "child",
        one.flowing.leaks,
        "declare the class at the input of the called workflow, or pass mask(...) or hash(...) of it",
    )
