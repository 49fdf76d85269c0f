"""A project with every name resolved: its signals, operations, queries, events and workflows."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from cityos_dsl.diagnostics import Finding, Span, did_you_mean
from cityos_dsl.expr import types as t
from cityos_dsl.fields import FieldDecl, TypeReader
from cityos_dsl.models import OwnedModel
from cityos_dsl.spec import documents as d


@dataclass(frozen=True, slots=True)
class SignalModel:
    """A resolved signal contract."""

    name: str
    domain: str
    payload: t.RecordType
    fields: tuple[FieldDecl, ...]
    aliases: tuple[str, ...]
    contract: d.SignalContract
    span: Span


def _default_key(connection: d.Connection | None) -> bool:
    return connection is not None and connection.idempotency is not None


@dataclass(frozen=True, slots=True)
class OperationModel:
    """A resolved operation of a system."""

    name: str
    system: str
    task_queue: str
    input: tuple[FieldDecl, ...]
    output: t.Type
    spec: d.Operation
    owner: d.System
    """Its system, with no more of the operations than how providers speak this one."""
    span: Span

    @property
    def effect(self) -> str:
        """``read``, ``notify``, ``write`` or ``money``."""
        return self.spec.effect.text

    @property
    def has_lookup(self) -> bool:
        """Whether an unanswered call can be found again."""
        return any(binding.lookup is not None for binding in self._bindings)

    @property
    def is_idempotent(self) -> bool:
        """Whether something keeps it from happening twice, with every provider that speaks it."""
        if self.spec.idempotency is not None or _default_key(self.owner.connection):
            return True
        providers = (self.owner.providers or {}).values()
        spoken = [(provider, self._spoken_by(provider)) for provider in providers]
        protected = [
            binding.idempotency is not None or _default_key(provider.connection)
            for provider, binding in spoken
            if binding is not None
        ]
        return bool(protected) and all(protected)

    def _spoken_by(self, provider: d.Provider) -> d.Binding | None:
        """How a provider of the system speaks it."""
        return next((binding for name, binding in provider.operations.items() if name.text == self.name), None)

    @property
    def _bindings(self) -> list[d.Binding]:
        """Its own binding, and those of the system's providers."""
        spoken = (self._spoken_by(provider) for provider in (self.owner.providers or {}).values())
        return [self.spec, *(binding for binding in spoken if binding is not None)]


@dataclass(frozen=True, slots=True)
class QueryModel:
    """A resolved query contract."""

    name: str
    result: t.RecordType
    always: bool


@dataclass(frozen=True, slots=True)
class EventModel:
    """A resolved event type."""

    name: str
    payload: t.RecordType
    spec: d.EventType

    @property
    def aliases(self) -> tuple[str, ...]:
        """Other names under which it comes."""
        return tuple(alias.text for alias in self.spec.aliases or ())


@dataclass(slots=True)
class Project:
    """All documents of a project, resolved by name."""

    root: Path
    names: tuple[str, ...] = ()
    """The names of all workflows."""
    types: dict[str, t.Type] = field(default_factory=dict)
    signals: dict[str, SignalModel] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    queries: dict[str, QueryModel] = field(default_factory=dict)
    events: dict[str, EventModel] = field(default_factory=dict)
    errors: dict[str, d.ErrorClass] = field(default_factory=dict)
    groups: dict[str, tuple[str, ...]] = field(default_factory=dict)
    systems: dict[str, d.System] = field(default_factory=dict)
    operations: dict[str, list[OperationModel]] = field(default_factory=dict)
    variants: dict[str, list[str]] = field(default_factory=dict)
    """The variants of operations that have some; each is an operation under ``name:variant``."""
    models: list[OwnedModel] = field(default_factory=list)
    workflows: list[tuple[str, d.Workflow]] = field(default_factory=list)
    city: d.City | None = None
    zones: tuple[str, ...] = ()
    """The residency zones of the project, and those that its systems list."""
    texts: dict[str, str] = field(default_factory=dict)
    findings: list[Finding] = field(default_factory=list)
    _by_file: dict[str, d.Workflow] = field(default_factory=dict, init=False, repr=False, compare=False)
    _by_event: dict[str, list[tuple[str, d.Workflow]]] = field(
        default_factory=dict, init=False, repr=False, compare=False
    )

    def workflow_of(self, file: str) -> d.Workflow:
        """The workflow that stands in a file.

        Raises KeyError where none does.
        """
        if len(self._by_file) != len(self.workflows):
            self._by_file = dict(self.workflows)
        return self._by_file[file]

    def started_by(self, event: str) -> list[tuple[str, d.Workflow]]:
        """The workflows that an event starts, with their files."""
        if not self._by_event:
            for file, spec in self.workflows:
                for trigger in spec.trigger if isinstance(spec.trigger, tuple) else (spec.trigger,):
                    if trigger.event is not None:
                        self._by_event.setdefault(trigger.event.text, []).append((file, spec))
        return self._by_event.get(event, [])

    def signal(self, name: str) -> SignalModel | None:
        """A signal by its name or one of its aliases."""
        return self.signals.get(self.aliases.get(name, name))

    def event_hint(self, name: str) -> str | None:
        """What an unknown event's name may have been meant to say."""
        known = next((event.name for event in self.events.values() if name in event.aliases), None)
        return f"specs call it `{known}`" if known is not None else did_you_mean(name, self.events)

    def reader(self) -> TypeReader:
        """A reader of type declarations that knows this project's types."""
        return TypeReader(self.types.get, lambda: self.types)
