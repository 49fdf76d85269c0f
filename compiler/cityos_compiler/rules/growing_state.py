"""LIMIT004: state that grows has a bound."""

from __future__ import annotations

from collections.abc import Iterator

from cityos_compiler import ir
from cityos_compiler.rules.base import rule, spec_of
from cityos_dsl.diagnostics import Finding
from cityos_dsl.expr import types as t
from cityos_dsl.expr.ast import Binary, Expr, Name, children
from cityos_dsl.project import Project
from cityos_dsl.source import Mapping


@rule(
    "LIMIT004",
    "State that grows without bound",
    "What a workflow knows goes along when it goes on in a new run, and 2 MiB is the end of it: the next run never "
    "begins. A list or map in state that grows with every signal or pass says in `max_items` how far.",
    bad="state:\n  bids: {type: [Bid]}\nmeanwhile:\n  bid.placed:\n    - set: {bids: bids + [signal]}",
    good="state:\n  bids: {type: [Bid], max_items: 1000}\nmeanwhile:\n  bid.placed:\n    where: size(bids) < 1000\n"
    "    then:\n      - set: {bids: bids + [signal]}",
)
def check(workflow: ir.Workflow, project: Project) -> Iterator[Finding]:
    """Look for lists and maps of state that something without end adds to."""
    held = {one.name for one in workflow.state if isinstance(t.without_null(one.type), t.ListType | t.MapType)}
    if not held:
        return
    grown = {
        one.variable
        for block in _endless(workflow)
        for step in ir.walk(block)
        if isinstance(step, ir.Set)
        for one in step.assignments
        if one.variable in held and (one.entry is not None or _adds(one.value, one.variable))
    }
    declared = spec_of(workflow, project).state
    for key, value in declared or ():
        name = key.text.removesuffix("?")
        if name in grown and not (isinstance(value, Mapping) and value.get("max_items") is not None):
            yield Finding(
                "LIMIT004",
                f"`{name}` grows for as long as the workflow lives, and nothing says how far",
                key.span,
                f"{key.text}: {{type: ..., max_items: <the most there can be>}}, and a `where:` that keeps to it",
            )


def _endless(workflow: ir.Workflow) -> list[ir.Block]:
    """What is done as often as a signal comes, or without end."""
    blocks = ir.beside(workflow.meanwhile)
    for step in ir.all_steps(workflow):
        beside = getattr(step, "meanwhile", None)
        blocks += ir.beside(beside) if isinstance(beside, ir.Meanwhile) else []
        blocks += [step.steps] if isinstance(step, ir.Repeat) and step.at_most is None else []
    return blocks


def _adds(value: ir.Value, name: str) -> bool:
    """Whether a value is made of the variable itself and something added to it."""
    return isinstance(value, ir.Expr) and any(
        isinstance(node, Binary) and node.op == "+" and any(_is(side, name) for side in (node.left, node.right))
        for node in _nodes(value.checked.expr)
    )


def _is(node: Expr, name: str) -> bool:
    return isinstance(node, Name) and node.name == name


def _nodes(node: Expr) -> Iterator[Expr]:
    yield node
    for inner in children(node):
        yield from _nodes(inner)
