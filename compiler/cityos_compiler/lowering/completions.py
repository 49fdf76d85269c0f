"""Operations whose answer comes later: what their `completes:` says fits their own output, signals and errors."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from cityos_dsl.diagnostics import Finding, did_you_mean
from cityos_dsl.expr import types as t
from cityos_dsl.project import OperationModel, Project
from cityos_dsl.source import Scalar
from cityos_dsl.spec import documents as d

FIRST, GIVEN = "first", "given"
"""Where an input of the operation that is asked comes from: the first answer, or what the step was given."""


@dataclass(frozen=True)
class Asking:
    """The operation that is asked when no signal came, and where its inputs come from."""

    operation: OperationModel
    inputs: tuple[tuple[str, str], ...]
    """Input and source: ``first`` or ``given``."""
    whole: bool
    """Its answer takes the place of the first one."""


def asking(project: Project, operation: OperationModel) -> Asking | None:
    """What `else:` of an operation means; None where it says nothing, or nothing that can be done."""
    completes = operation.spec.completes
    if completes is None or completes.else_ is None:
        return None
    asked = _named(project, operation, completes.else_)
    if asked is None:
        return None
    own = {decl.name: decl.full_type for decl in operation.input}
    inputs = []
    for decl in asked.input:
        found = operation.output.field(decl.name) if isinstance(operation.output, t.RecordType) else None
        if found is not None and t.assignable(found.type, decl.full_type):
            inputs.append((decl.name, FIRST))
        elif decl.name in own and t.assignable(own[decl.name], decl.full_type):
            inputs.append((decl.name, GIVEN))
        elif not decl.optional:
            return None
    return Asking(asked, tuple(inputs), t.assignable(asked.output, operation.output))


def check_completions(project: Project) -> list[Finding]:
    """What is wrong with the operations that complete later."""
    found: list[Finding] = []
    for operations in project.operations.values():
        for operation in operations:
            if operation.spec.completes is not None:
                found += _check(project, operation, operation.spec.completes)
    return found


def _check(project: Project, operation: OperationModel, completes: d.Completion) -> Iterator[Finding]:
    yield from _signals(project, operation, completes)
    members = _statuses(operation.output)
    for settled in completes.settled or ():
        if settled.text not in members:
            yield Finding("COMP001", f"`{settled.text}` is no status of `{operation.name}`", settled.span,
                          did_you_mean(settled.text, members, "its statuses"))  # fmt: skip
    if completes.else_ is None:
        for key in completes.statuses or {}:
            yield Finding("COMP001", "`statuses:` says what the answer of `else:` means, and there is none", key.span,
                          "name the operation that is asked: else: fetchPayment")  # fmt: skip
            return
    else:
        yield from _asked(project, operation, completes, completes.else_)


def _signals(project: Project, operation: OperationModel, completes: d.Completion) -> Iterator[Finding]:
    match = completes.match
    fields = operation.output.fields if isinstance(operation.output, t.RecordType) else ()
    if all(f.name != match.text for f in fields):
        yield Finding("COMP001", f"`{operation.name}` gives no `{match.text}`", match.span,
                      did_you_mean(match.text, [f.name for f in fields], "it gives"))  # fmt: skip
        return
    for key, meaning in completes.signals.items():
        model = project.signal(key.text)
        if model is None:
            yield Finding("NAME005", f"there is no signal `{key.text}`", key.span,
                          did_you_mean(key.text, [*project.signals, *project.aliases]))  # fmt: skip
        elif model.payload.field(match.text) is None:
            yield Finding("COMP001", f"`{key.text}` carries no `{match.text}`", key.span,
                          "the signal and the answer share the field by which they are matched")  # fmt: skip
        yield from _meaning(project, meaning)


def _meaning(project: Project, meaning: Scalar) -> Iterator[Finding]:
    if meaning.text != "ok" and meaning.text not in project.errors:
        yield Finding("NAME004", f"there is no error class `{meaning.text}`", meaning.span,
                      did_you_mean(meaning.text, ["ok", *project.errors]))  # fmt: skip


def _asked(project: Project, operation: OperationModel, completes: d.Completion, named: Scalar) -> Iterator[Finding]:
    asked = _named(project, operation, named)
    if asked is None:
        yield Finding("NAME002", f"`{operation.system}` has no operation `{named.text}`", named.span,
                      did_you_mean(named.text, _of_system(project, operation)))  # fmt: skip
        return
    members = _statuses(asked.output)
    if asking(project, operation) is None or not members:
        yield Finding("COMP001", f"`{named.text}` can't say how `{operation.name}` stands", named.span,
                      "its inputs are in the first answer or among the operation's own, and its output has a "
                      "`status` with named values")  # fmt: skip
        return
    for status, meaning in (completes.statuses or {}).items():
        if status.text not in members:
            yield Finding("COMP001", f"`{status.text}` is no status of `{named.text}`", status.span,
                          did_you_mean(status.text, members, "its statuses"))  # fmt: skip
        yield from _meaning(project, meaning)
    if completes.statuses is None and not {scalar.text for scalar in completes.settled or ()} & set(members):
        yield Finding("COMP001", f"nothing says what the answer of `{named.text}` means", named.span,
                      f"say it: statuses: {{{members[0]}: ok, ...}}")  # fmt: skip


def _named(project: Project, operation: OperationModel, named: Scalar) -> OperationModel | None:
    """An operation of the same system."""
    return next((x for x in project.operations.get(named.text, []) if x.system == operation.system), None)


def _of_system(project: Project, operation: OperationModel) -> list[str]:
    return [x.name for operations in project.operations.values() for x in operations if x.system == operation.system]


def _statuses(output: t.Type) -> tuple[str, ...]:
    found = output.field("status") if isinstance(output, t.RecordType) else None
    kind = t.without_null(found.type) if found is not None else None
    return kind.members if isinstance(kind, t.EnumType) else ()
