"""What a workflow's expressions look at: fields of results and signals, and values that decide conditions."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from cityos_runtime.sandbox.conditions import OTHER, alternatives
from cityos_runtime.sandbox.inversion import place

from cityos_compiler import ir
from cityos_dsl.expr.ast import Binary, Expr, Has, Literal, Method, Select, Unary, children
from cityos_dsl.expr.parse import parse


class Reads:
    """By the name of what is looked at: its fields, and the values for each that conditions ask about."""

    def __init__(self, workflow: ir.Workflow) -> None:
        self.fields: dict[str, set[str]] = defaultdict(set)
        self.whole: set[str] = set()
        """Names that are used as they are, so that any field of theirs may matter."""
        self.wanted: dict[str, dict[str, list[Any]]] = defaultdict(lambda: defaultdict(list))
        for expression in _expressions(workflow):
            tree = parse(expression.text)
            self._note(tree, inside=False)
            for condition in _conditions(tree):
                self._want(condition)

    def _note(self, node: Expr, *, inside: bool) -> None:
        path = place(node)
        if path is not None:
            if len(path) > 1:
                self.fields[str(path[0])].add(str(path[1]))
            elif not inside:
                self.whole.add(str(path[0]))
            return
        if isinstance(node, Has) and (path := place(node.operand)) is not None:
            self.fields[str(path[0])].add(node.field if len(path) == 1 else str(path[1]))
            return
        compared = isinstance(node, Binary) and any(isinstance(n, Literal) for n in (node.left, node.right))
        for child in children(node):
            self._note(child, inside=compared)

    def _want(self, condition: Expr) -> None:
        for truth in (True, False):
            for wanted in alternatives(condition, truth):
                for node, value in wanted:
                    path = place(node)
                    if path is not None and len(path) == 2 and value != OTHER:
                        values = self.wanted[str(path[0])][str(path[1])]
                        if value not in values:
                            values.append(value)


def _expressions(workflow: ir.Workflow) -> Iterator[ir.Expr]:
    for step in ir.all_steps(workflow):
        yield from ir.expressions(step)
    if workflow.meanwhile is not None:
        yield from ir.expressions(workflow.meanwhile)


def _conditions(node: Expr) -> Iterator[Expr]:
    match node:
        case Binary(op="&&" | "||") | Unary(op="!"):
            pass
        case Binary() | Has() | Method() | Select():
            yield node
    for child in children(node):
        yield from _conditions(child)
