"""What systems' files name: error classes, retry policies, providers, the inputs and outputs of their operations."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from cityos_compiler.lowering.spoken_values import Speaking
from cityos_compiler.lowering.values import inside
from cityos_compiler.spoken import Spoken, spoken
from cityos_dsl.diagnostics import Finding, did_you_mean
from cityos_dsl.expr import types as t
from cityos_dsl.project import OperationModel, Project
from cityos_dsl.source import Mapping, Scalar
from cityos_dsl.spec import documents as d

METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE")


def check_bindings(project: Project) -> Iterator[Finding]:
    """Every name in a system's file that nothing has: each is read at run time, and fails there."""
    if project.city is not None:
        yield from _policies(project, [project.city.retry] if project.city.retry is not None else [])
    records = {name: kind for name, kind in project.types.items() if isinstance(kind, t.RecordType)}
    for system in project.systems.values():
        yield from _system(project, system, Speaking(None, records))
    for operation in (model for models in project.operations.values() for model in models):
        yield from _operation(project, operation, Speaking(operation, records))


def _system(project: Project, system: d.System, speaking: Speaking) -> Iterator[Finding]:
    operations = [name.text for name in system.operations]
    providers = [name.text for name in system.providers or ()]
    yield from _unknown("NAME002", "no operation of this system", system.health, operations)
    yield from _unknown("NAME017", "no provider of this system", system.default_provider, providers)
    yield from _policies(project, (system.retry or {}).values())
    for connection in (system.connection, *(one.connection for one in (system.providers or {}).values())):
        if connection is not None:
            yield from _matchers(project, connection.errors)
            yield from speaking.connection(connection)
    told = [system.webhooks, *(provider.webhooks for provider in (system.providers or {}).values())]
    known = [*project.signals, *project.aliases, *project.events]
    for webhook in (each for webhooks in told for each in webhooks or ()):
        yield from _unknown("NAME026", "neither a signal nor an event", webhook.tells, known)
        yield from speaking.webhook(webhook)


def _policies(project: Project, policies: Iterable[d.RetryPolicy]) -> Iterator[Finding]:
    for policy in policies:
        for scalar in policy.never or ():
            yield from _unknown("NAME004", "no error class", scalar, project.errors)


def _matchers(project: Project, matchers: Iterable[d.ErrorMatcher] | None) -> Iterator[Finding]:
    for matcher in matchers or ():
        yield from _unknown("NAME004", "no error class", matcher.error, project.errors)


def _operation(project: Project, operation: OperationModel, speaking: Speaking) -> Iterator[Finding]:
    owner, spec = operation.owner, operation.spec
    if owner.retry or spec.retry is not None:
        yield from _unknown("NAME020", "no retry policy of this system", spec.retry,
                            [name.text for name in owner.retry or ()])  # fmt: skip
    for scalar in spec.unsupported or ():
        yield from _unknown("NAME017", "no provider of this system", scalar,
                            [name.text for name in owner.providers or ()])  # fmt: skip
    for scalar in spec.also_undoes or ():
        yield from _unknown("NAME002", "no operation", scalar, project.operations)
    for way in spoken(operation):
        yield from _matchers(project, way.binding.errors)
        yield from _methods(way)
        yield from _outputs(operation, way)
        yield from speaking.of(way)


def _unknown(code: str, what: str, scalar: Scalar | None, known: Collection[str]) -> Iterator[Finding]:
    if scalar is not None and scalar.text not in known:
        yield Finding(code, f"`{scalar.text}` is {what}", scalar.span, did_you_mean(scalar.text, known))


def _methods(way: Spoken) -> Iterator[Finding]:
    """The methods of a way's requests."""
    lookup = way.binding.lookup
    for request in (way.binding.request, lookup.request if lookup is not None else None):
        if request is not None:
            yield from _method(request)


def _method(request: Scalar) -> Iterator[Finding]:
    method = request.text.partition(" ")[0]
    if method not in METHODS:
        yield Finding("NAME021", f"`{method}` is no method of HTTP", inside(request, 0, len(method)),
                      did_you_mean(method, METHODS))  # fmt: skip


def _outputs(operation: OperationModel, way: Spoken) -> Iterator[Finding]:
    """What an answer gives of the operation's output."""
    output, result = t.without_null(operation.output), way.binding.result
    if not isinstance(output, t.RecordType) or not isinstance(result, Mapping):
        return
    names = [one.name for one in output.fields]
    for key, _ in result:
        if key.text not in names:
            yield Finding("NAME015", f"the output of `{operation.name}` has no `{key.text}`", key.span,
                          did_you_mean(key.text, names, "it has"))  # fmt: skip
            return
    given = {key.text for key, _ in result}
    missing = [one.name for one in output.fields if one.name not in given and not isinstance(one.type, t.OptionalType)]
    if missing:
        yield Finding("WIRE006", f"nothing gives `{missing[0]}` of the output of `{operation.name}`{way.by}",
                      result.span, f"add `{missing[0]}:` with where it stands in the answer")  # fmt: skip
