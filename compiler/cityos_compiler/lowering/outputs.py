"""What a workflow gives: the type of its output, and how it ended."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from cityos_compiler import ir
from cityos_compiler.lowering.env import Env, maybe
from cityos_compiler.lowering.steps import Lowering
from cityos_dsl.expr import types as t

ENDING_FIELDS = ("status", "result", "reason", "error", "undone")


def last_env(env: Env, low: Lowering, output: t.RecordType) -> Env:
    """In `finally`: how it ended, and every result as one that may be missing."""
    reason = next((f.type for f in output.fields if f.name == "reason"), t.OptionalType(t.STRING))
    own = next((f.type for f in output.fields if f.name == "status"), None)
    own = own.inner if isinstance(own, t.OptionalType) else own
    statuses = dict.fromkeys(
        ("completed", "failed", "cancelled", *(own.members if isinstance(own, t.EnumType) else ()))
    )
    ending = t.RecordType(
        "Ending",
        (
            t.Field("status", t.EnumType(tuple(statuses), None)),
            t.Field("result", t.OptionalType(output)),
            t.Field("reason", reason if isinstance(reason, t.OptionalType) else t.OptionalType(reason)),
            t.Field("error", t.OptionalType(t.STRING)),
            t.Field("undone", t.ListType(t.STRING)),
        ),
    )
    results = {name: maybe(kind) for name, kind in low.results.items()}
    return replace(env, results=results, extra={"ending": ending})


def output_type(name: str, returns: list[tuple[ir.Value, Any]]) -> t.RecordType:
    """The output: every field that some `return` gives; one that another leaves out is optional."""
    kinds: dict[str, list[t.Type]] = {}
    for value, _ in returns:
        if isinstance(value.type, t.RecordType):
            for f in value.type.fields:
                kinds.setdefault(f.name, []).append(f.type)
    fields = []
    for field_name, found in kinds.items():
        kind = joined(found)
        if len(found) < len(returns) and not isinstance(kind, t.OptionalType):
            kind = t.OptionalType(kind)
        fields.append(t.Field(field_name, kind))
    return t.RecordType(name.removesuffix("Workflow") + "Result", tuple(fields))


def joined(found: list[t.Type]) -> t.Type:
    """The type that all of these fit: enumerations are united, null makes optional."""
    optional = any(isinstance(kind, t.OptionalType) or kind == t.NULL for kind in found)
    plain = [kind.inner if isinstance(kind, t.OptionalType) else kind for kind in found if kind != t.NULL]
    if not plain:
        return t.OptionalType(t.STRING)
    kind = plain[0]
    if all(isinstance(x, t.EnumType) for x in plain):
        members = dict.fromkeys(m for x in plain if isinstance(x, t.EnumType) for m in x.members)
        named = {x.name for x in plain if isinstance(x, t.EnumType)}
        kind = t.EnumType(tuple(members), named.pop() if len(named) == 1 else None)
    elif any(t.assignable(kind, other) and kind != other for other in plain):
        kind = next(other for other in plain if t.assignable(kind, other) and kind != other)
    elif any(not t.assignable(other, kind) for other in plain):
        kind = t.STRING if all(x == t.STRING or isinstance(x, t.EnumType) for x in plain) else t.ANY
    return t.OptionalType(kind) if optional else kind
