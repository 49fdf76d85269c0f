"""Signals, queries and events."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from cityos_dsl.diagnostics import Finding, Related, Span
from cityos_dsl.expr import types as t
from cityos_dsl.fields import camel, record
from cityos_dsl.resolved import EventModel, Project, QueryModel, SignalModel
from cityos_dsl.resolving.names import refuse_second
from cityos_dsl.source import Scalar
from cityos_dsl.spec import documents as d

RESERVED = {"cancel": "Temporal's own cancellation"}
"""Names of messages that no spec may give to another."""


def resolve_signals(project: Project, doc: d.Signals) -> None:
    """Signal contracts; a signal's payload is a type of its own."""
    reader = project.reader()
    for name, contract in doc.signals.items():
        if name.text in project.signals:
            refuse_second(project, "signal", name, project.signals[name.text].span)
            continue
        if name.text in RESERVED:
            project.findings.append(Finding("NAME023", f"`{name.text}` is {RESERVED[name.text]} already", name.span))
        _refuse_same_class(project, "signal", name, [(s.name, s.span) for s in project.signals.values()])
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


def _refuse_same_class(project: Project, what: str, name: Scalar, known: Iterable[tuple[str, Span]]) -> None:
    """Names that differ in dots and underscores alone are one name in code, and one payload would be the other's."""
    for other, span in known:
        if camel(other) == camel(name.text):
            project.findings.append(
                Finding("NAME023", f"`{name.text}` and `{other}` are both `{camel(other)}` in code", name.span,
                        "call one of them something else", related=(Related(span, f"the other {what}"),))
            )  # fmt: skip


def resolve_queries(project: Project, doc: d.Queries) -> None:
    """Query contracts; an alias has the result of the query that it names."""
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


def resolve_events(project: Project, doc: d.Events) -> None:
    """Event types, with the other names under which they come."""
    reader = project.reader()
    for name, event in doc.events.items():
        if name.text in project.events:
            refuse_second(project, "event", name, project.events[name.text].spec.payload.span)
            continue
        _refuse_same_class(project, "event", name, [(e.name, e.spec.payload.span) for e in project.events.values()])
        payload = record(camel(name.text) + "Event", reader.fields(event.payload, camel(name.text)))
        project.events[name.text] = EventModel(name.text, payload, event)
    project.findings += reader.findings


def names_taken(project: Project) -> Iterator[Finding]:
    """What a message is also called can't be another message: nobody could tell which one came.

    Events and signals may share a name, since one message may start workflows and reach others; they share its payload.
    """
    events = {event.name: event.payload for event in project.events.values()}
    yield from _starting_twice(project)
    yield from _aliases_taken("event", {e.name: e.spec.aliases or () for e in project.events.values()})
    yield from _aliases_taken("signal", {s.name: s.contract.aliases or () for s in project.signals.values()})
    events |= {alias: event.payload for event in project.events.values() for alias in event.aliases}
    for signal in project.signals.values():
        spans = {signal.name: signal.span, **{alias.text: alias.span for alias in signal.contract.aliases or ()}}
        for name, span in spans.items():
            if name in events and (differing := _difference(signal.payload, events[name])):
                yield Finding(
                    "NAME024", f"`{name}` is an event as well, with another payload", span,
                    f"{differing}: give both the same payload, or call one of them something else",
                )  # fmt: skip


def _aliases_taken(what: str, messages: Mapping[str, tuple[Scalar, ...]]) -> Iterator[Finding]:
    taken = {**dict.fromkeys(messages, f"{'an' if what[0] in 'aeio' else 'a'} {what}"), **RESERVED}
    for name, aliases in messages.items():
        for alias in aliases:
            if alias.text in taken:
                yield Finding("NAME022", f"`{alias.text}` is {taken[alias.text]} already", alias.span)
            taken[alias.text] = f"another name of `{name}`"


def _starting_twice(project: Project) -> Iterator[Finding]:
    """What another dispatcher calls the workflow of one event can't be what it calls another's."""
    started: dict[str, str] = {}
    for event in project.events.values():
        for name in event.spec.known_as.workflows if event.spec.known_as is not None else ():
            if name.text in started:
                yield Finding("NAME022", f"`{name.text}` is what `{started[name.text]}` starts already", name.span)
            started[name.text] = event.name


def _difference(signal: t.RecordType, event: t.RecordType) -> str | None:
    """What keeps a message that is the one from being the other."""
    for wanted, given, taker in ((signal, event, "the signal"), (event, signal, "the event")):
        for field in wanted.fields:
            there = given.field(field.name)
            if there is None and not isinstance(field.type, t.OptionalType):
                return f"only {taker} has `{field.name}`"
            if there is not None and not t.assignable(there.type, field.type):
                return f"`{field.name}` of {taker} is {t.show(field.type)}, and {t.show(there.type)} of the other"
    return None
