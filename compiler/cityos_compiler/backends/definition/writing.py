"""What the parts of a document are written with: expressions, values, texts and calls as data."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from cityos_compiler import ir
from cityos_compiler.backends.definition.types import Types
from cityos_dsl.expr import types as t
from cityos_dsl.expr.ast import Expr, RecordOf, children
from cityos_dsl.project import OperationModel, Project

Pairs = tuple[tuple[str, ir.Value], ...]


@dataclass
class Writing:
    """A document under construction."""

    project: Project
    workflow: ir.Workflow
    workflows: Mapping[str, ir.Workflow]
    types: Types
    operations: dict[str, OperationModel] = field(default_factory=dict)
    """The operations that it calls so far, by system and name."""
    written: list[tuple[dict[str, Any], ir.Step]] = field(default_factory=list)
    """The steps that it has so far, with what they come from."""

    def expression(self, expression: ir.Expr) -> str:
        """An expression: its text, which means the same without types. The records that it makes are taken in."""
        for name in _records(expression.checked.expr):
            if self.types.has(name):
                self.types.use(name)
        return expression.text

    def maybe(self, expression: ir.Expr | None) -> str | None:
        """An expression that may be left out."""
        return self.expression(expression) if expression is not None else None

    def value(self, value: ir.Value, expected: t.Type | None = None) -> Any:
        """A value: an expression's text, or a map that says what is made of several."""
        plain = t.without_null(expected) if expected is not None else None
        match value:
            case ir.Expr():
                text = self.expression(value)
                return {"decimal": text} if value.type == t.INT and plain == t.DECIMAL else text
            case ir.Items():
                return {"items": [self.value(item) for item in value.items]}
            case ir.Record():
                return self._record(value, plain or value.type)

    def _record(self, value: ir.Record, kind: t.Type) -> dict[str, Any]:
        if isinstance(kind, t.RecordType) and self.types.has(kind.name):
            inner = {f.name: f.type for f in kind.fields}
            fields = [[name, self.value(each, inner.get(name))] for name, each in value.fields]
            return {"record": self.types.use(kind.name), "fields": fields}
        return {"map": self.pairs(value.fields)}

    def pairs(self, pairs: Pairs, kinds: Mapping[str, t.Type] | None = None) -> list[list[Any]]:
        """Named values, in order."""
        return [[name, self.value(value, (kinds or {}).get(name))] for name, value in pairs]

    def text(self, text: ir.Text | None) -> list[Any] | None:
        """Text for people: its parts, the expressions among them as maps."""
        if text is None:
            return None
        return [{"value": self.expression(part)} if isinstance(part, ir.Expr) else part for part in text.parts]

    def call(self, operation: OperationModel, inputs: Pairs, system: ir.Expr | None = None) -> dict[str, Any]:
        """An operation with its inputs; where its system is chosen at run time, every system's is taken in."""
        kinds = {decl.name: decl.full_type for decl in operation.input}
        data = {"operation": self.operation(operation), "with": self.pairs(inputs, kinds)}
        if system is None:
            return data
        among = {other.system: self.operation(other) for other in self.project.operations[operation.name]}
        return {**data, "system": self.expression(system), "among": among}

    def operation(self, operation: OperationModel) -> str:
        """Take an operation in; returns the name that it goes by in the document."""
        key = f"{operation.system}.{operation.name}"
        self.operations[key] = operation
        return key


def _records(expr: Expr) -> Iterator[str]:
    """The names of the record types that an expression makes."""
    if isinstance(expr, RecordOf):
        yield expr.type_name
    for child in children(expr):
        yield from _records(child)
