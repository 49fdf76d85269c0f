"""A folder of specs as one resolved project."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TypeVar

from cityos_dsl.diagnostics import Finding, Related, Span, did_you_mean
from cityos_dsl.expr import types as t
from cityos_dsl.fields import FieldDecl, TypeReader, camel, record
from cityos_dsl.models import OwnedModel, owned_models
from cityos_dsl.reading import ReadSpec, read_specs
from cityos_dsl.source import Scalar
from cityos_dsl.spec import documents as d
from cityos_dsl.variants import variant_name, varied

T = TypeVar("T")


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


def load(root: Path) -> Project:
    """Read all specs below ``root/specs`` and resolve what refers to what. Never raises on a user's error."""
    return assemble(root, read_specs(root))


def assemble(root: Path, specs: Iterable[ReadSpec], surroundings: Project | None = None) -> Project:
    """The project of specs that were read; ``surroundings``, where given, are what its other specs resolve to."""
    specs = list(specs)
    around = surroundings or surroundings_of(root, specs)
    read = [finding for spec in specs for finding in spec.findings]
    workflows = [(spec.file, spec.document) for spec in specs if isinstance(spec.document, d.Workflow)]
    workflows.sort(key=lambda item: item[1].id.text)
    texts = {spec.file: spec.text for spec in specs if spec.text is not None}
    project = replace(around, workflows=workflows, texts=texts, findings=[*read, *around.findings])
    _unique(project)
    return project


def surroundings_of(root: Path, specs: Iterable[ReadSpec]) -> Project:
    """Everything of a project but its workflows, resolved in the order in which things refer to each other."""
    specs = [spec for spec in specs if not spec.is_workflow]
    project = Project(root, texts={spec.file: spec.text for spec in specs if spec.text is not None})
    documents = [spec.document for spec in specs if spec.document is not None]
    _types(project, [doc for doc in documents if isinstance(doc, d.Types)])
    for doc in documents:
        if isinstance(doc, d.City):
            project.city = doc
        elif isinstance(doc, d.Errors):
            _errors(project, doc)
        elif isinstance(doc, d.Signals):
            _signals(project, doc)
    for doc in documents:
        if isinstance(doc, d.Queries):
            _queries(project, doc)
        elif isinstance(doc, d.Events):
            _events(project, doc)
    for system in _whole_systems(project, documents):
        _system(project, system)
    project.models = owned_models(doc for doc in documents if isinstance(doc, d.Models))
    return project


def _types(project: Project, documents: Iterable[d.Types]) -> None:
    """Named types may use each other in any order; one that contains itself is an error."""
    declared: dict[str, tuple[Scalar, d.TypeDeclaration]] = {}
    for doc in documents:
        for key, decl in doc.types.items():
            if key.text in declared:
                _refuse_second(project, "type", key, declared[key.text][0].span)
            else:
                declared[key.text] = (key, decl)
    open_names: list[str] = []

    def resolve(name: str) -> t.Type | None:
        if name in project.types or name not in declared:
            return project.types.get(name)
        key, decl = declared[name]
        if name in open_names:
            project.findings.append(Finding("TYPE006", f"`{name}` contains itself", key.span))
            return t.ANY
        open_names.append(name)
        if decl.enum is not None:
            project.types[name] = t.EnumType(tuple(member.text for member in decl.enum), name)
        elif decl.fields is not None:
            reader = TypeReader(resolve, lambda: declared)
            project.types[name] = record(name, reader.fields(decl.fields, name))
            project.findings += reader.findings
        open_names.pop()
        return project.types.get(name)

    for name in declared:
        resolve(name)


def _refuse_second(project: Project, what: str, key: Scalar, first: Span) -> None:
    """A name that another file has given to something else: the first one counts."""
    message = f"`{key.text}` is a {what} already"
    project.findings.append(Finding("NAME023", message, key.span, related=(Related(first, "the other one"),)))


def _errors(project: Project, doc: d.Errors) -> None:
    project.errors |= {name.text: error for name, error in doc.errors.items()}
    project.groups |= {
        name.text: tuple(member.text for member in members) for name, members in (doc.groups or {}).items()
    }


def _signals(project: Project, doc: d.Signals) -> None:
    reader = project.reader()
    for name, contract in doc.signals.items():
        if name.text in project.signals:
            _refuse_second(project, "signal", name, project.signals[name.text].span)
            continue
        fields = reader.fields(contract.payload, camel(name.text))
        aliases = tuple(alias.text for alias in contract.aliases or ())
        payload = record(camel(name.text), fields)
        project.signals[name.text] = SignalModel(
            name.text, doc.domain.text, payload, fields, aliases, contract, name.span
        )
        project.aliases |= dict.fromkeys(aliases, name.text)
    project.findings += reader.findings
    for signal in project.signals.values():  # a signal's payload is a type of its own: `credential?: CredentialIssued`
        project.types.setdefault(signal.payload.name, signal.payload)


def _queries(project: Project, doc: d.Queries) -> None:
    reader = project.reader()
    for name, contract in doc.queries.items():
        if contract.result is not None:
            result = record(camel(name.text) + "Result", reader.fields(contract.result, camel(name.text)))
            project.queries[name.text] = QueryModel(name.text, result, contract.always is not None)
            for field_ in result.fields:
                _publish(project, field_.type)
    for name, contract in doc.queries.items():
        if contract.alias_of is not None and contract.alias_of.text in project.queries:
            project.queries[name.text] = QueryModel(
                name.text, project.queries[contract.alias_of.text].result, contract.always is not None
            )
    project.findings += reader.findings


def _publish(project: Project, kind: t.Type) -> None:
    """Make inline records known by name, so that expressions can build them."""
    match kind:
        case t.OptionalType(inner) | t.ListType(inner) | t.MapType(inner):
            _publish(project, inner)
        case t.RecordType():
            project.types.setdefault(kind.name, kind)
            for field_ in kind.fields:
                _publish(project, field_.type)
        case _:
            pass


def _events(project: Project, doc: d.Events) -> None:
    reader = project.reader()
    for name, event in doc.events.items():
        payload = record(camel(name.text) + "Event", reader.fields(event.payload, camel(name.text)))
        project.events[name.text] = EventModel(name.text, payload, event)
    project.findings += [*reader.findings, *_aliases_taken(project)]


def _aliases_taken(project: Project) -> Iterator[Finding]:
    """What an event is also called can't be another event: nobody could tell which one came."""
    taken = dict.fromkeys(project.events, "an event")
    for event in project.events.values():
        for alias in event.spec.aliases or ():
            if alias.text in taken:
                yield Finding("NAME022", f"`{alias.text}` is {taken[alias.text]} already", alias.span)
            taken[alias.text] = f"another name of `{event.name}`"
    started: dict[str, str] = {}
    for event in project.events.values():
        for name in event.spec.known_as.workflows if event.spec.known_as is not None else ():
            if name.text in started:
                message = f"`{name.text}` is what `{started[name.text]}` starts already"
                yield Finding("NAME022", message, name.span)
            started[name.text] = event.name


def _whole_systems(project: Project, documents: list[object]) -> list[d.System]:
    """Each system with the operations that stand in files of their own; no name may stand twice."""
    whole = {doc.system.text: doc for doc in documents if isinstance(doc, d.System)}
    for part in (doc for doc in documents if isinstance(doc, d.Operations)):
        system = whole.get(part.system.text)
        if system is None and f"specs/systems/{part.system.text}.yaml" in project.texts:
            continue  # its own file has a finding already
        if system is None:
            message = f"there is no system `{part.system.text}`"
            project.findings.append(
                Finding("NAME017", message, part.system.span, did_you_mean(part.system.text, whole))
            )
            continue
        providers = dict(system.providers or {})
        for name, added in (part.providers or {}).items():
            _add_to_provider(project, providers, name, added)
        operations = _joined(project, system.operations, part.operations)
        whole[part.system.text] = replace(system, operations=operations, providers=providers or None)
    return list(whole.values())


def _add_to_provider(
    project: Project, providers: dict[Scalar, d.Provider], name: Scalar, added: d.ProviderOperations
) -> None:
    known = next((key for key in providers if key.text == name.text), None)
    if known is None:
        names = [key.text for key in providers]
        message = f"there is no provider `{name.text}`"
        project.findings.append(Finding("NAME017", message, name.span, did_you_mean(name.text, names)))
        return
    provider = providers[known]
    providers[known] = replace(provider, operations=_joined(project, provider.operations, added.operations))


def _joined(project: Project, known: dict[Scalar, T], added: dict[Scalar, T]) -> dict[Scalar, T]:
    places = {name.text: name.span for name in known}
    for name in added:
        if name.text in places:
            message = f"`{name.text}` is an operation of this system already"
            related = (Related(places[name.text], "the other one"),)
            project.findings.append(Finding("NAME018", message, name.span, related=related))
    return {**known, **{name: value for name, value in added.items() if name.text not in places}}


def _system(project: Project, doc: d.System) -> None:
    reader = project.reader()
    project.systems[doc.system.text] = doc
    for name, text, spec in _spelt_out(project, doc):
        owner = camel(text)
        inputs = reader.fields(spec.input, owner + "Input") if spec.input is not None else ()
        output: t.Type
        if spec.output is None:
            output = t.RecordType(owner + "Output", ())
        elif isinstance(spec.output, Scalar):
            output = reader.named(spec.output.text, spec.output)
        else:
            output = record(owner + "Output", reader.fields(spec.output, owner))
        project.operations.setdefault(text, []).append(
            OperationModel(text, doc.system.text, doc.task_queue.text, inputs, output, spec, doc, name.span)
        )
    project.findings += reader.findings


def _spelt_out(project: Project, doc: d.System) -> Iterator[tuple[Scalar, str, d.Operation]]:
    """The operations of a system, each variant as one of its own: where it is written, its name, what it says."""
    for name, spec in doc.operations.items():
        if spec.variants is None:
            yield name, name.text, spec
            continue
        project.variants[name.text] = [key.text for key in spec.variants]
        for key, variant in spec.variants.items():
            yield key, variant_name(name.text, key.text), varied(spec, variant)


def _unique(project: Project) -> None:
    """A workflow's id and name stand for one workflow."""
    seen: dict[str, Span] = {}
    for _, workflow in project.workflows:
        for scalar in (workflow.id, workflow.workflow):
            if scalar.text in seen:
                project.findings.append(
                    Finding(
                        "NAME010",
                        f"`{scalar.text}` is another workflow already",
                        scalar.span,
                        related=(Related(seen[scalar.text], "the other one"),),
                    )
                )
            seen[scalar.text] = scalar.span
