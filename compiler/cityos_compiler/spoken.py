"""How an operation is spoken: once where its system is one, and by each provider where there are several."""

from __future__ import annotations

from dataclasses import dataclass

from cityos_dsl.diagnostics import Span
from cityos_dsl.expr.errors import ExprError
from cityos_dsl.expr.templates import split_outside
from cityos_dsl.project import OperationModel
from cityos_dsl.source import Mapping, Node, Scalar, Sequence
from cityos_dsl.spec import documents as d

STRATEGIES = (
    "header",
    "body_field",
    "client_id",
    "unique_field",
    "lookup_first",
    "state_check",
    "natural",
    "none",
)
"""What may keep an operation from happening twice."""


@dataclass(frozen=True)
class Spoken:
    """One way of speaking an operation, and what keeps it from happening twice."""

    provider: str | None
    binding: d.Binding
    connection: d.Connection | None
    strategy: str | None
    place: Span
    """Where the strategy is said, else the operation."""

    @property
    def method(self) -> str:
        """The method of its request."""
        return self.binding.request.text.partition(" ")[0].upper() if self.binding.request is not None else ""

    @property
    def path(self) -> str:
        """The path of its request, without what stands behind a `?`."""
        text = self.binding.request.text if self.binding.request is not None else ""
        try:
            return split_outside(text.partition(" ")[2], "?")[0]
        except ExprError:  # has its finding
            return ""

    @property
    def by(self) -> str:
        """Who speaks it, for a message."""
        return f" at {self.provider}" if self.provider is not None else ""


def spoken(operation: OperationModel) -> list[Spoken]:
    """Every way in which an operation is spoken."""
    owner, spec = operation.owner, operation.spec
    if not owner.providers:
        return [_way(operation, None, spec, owner.connection)]
    return [
        _way(operation, name.text, binding, provider.connection)
        for name, provider in owner.providers.items()
        for key, binding in provider.operations.items()
        if key.text == operation.name
    ]


def mentions(node: Node | None, word: str) -> bool:
    """Whether a word stands in a template, in one of its values."""
    match node:
        case Scalar():
            return word in _words(node.text)
        case Mapping():
            return any(mentions(value, word) for _, value in node)
        case Sequence():
            return any(mentions(item, word) for item in node.items)
    return False


def _words(text: str) -> set[str]:
    return set("".join(char if char.isalnum() or char == "_" else " " for char in text).split())


def _way(
    operation: OperationModel, provider: str | None, binding: d.Binding, connection: d.Connection | None
) -> Spoken:
    said = binding.idempotency or operation.spec.idempotency
    if said is None and connection is not None:
        said = connection.idempotency
    if isinstance(said, dict):
        key = next(iter(said), None)
        return Spoken(provider, binding, connection, key.text if key else None, key.span if key else operation.span)
    return Spoken(
        provider, binding, connection, said.text if said is not None else None, said.span if said else operation.span
    )
