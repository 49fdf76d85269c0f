"""DATA010: an event fills an input of its class."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler.rules.base import One, one_rule
from cityos_dsl.diagnostics import Finding


@one_rule(
    "DATA010",
    "An event fills an input below its class",
    "What an event declares confidential stays confidential in the workflow that it starts: the input "
    "that takes it declares the same class, or its path is lost from there on.",
    bad="# event: shipping_address: {type: Address, class: confidential}\ninput:\n  shipping_address: object",
    good="input:\n  shipping_address: {type: object, class: confidential}",
)
def check(one: One) -> Iterator[Finding]:
    """Look at the inputs that triggers fill."""
    from cityos_compiler.dataflow.told import told

    yield from told(
        "DATA010",
        "input",
        one.flowing.leaks,
        "declare the class at the workflow's input",
    )
