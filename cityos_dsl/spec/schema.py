"""JSON Schemas of the document kinds, made from the same declarations that read them.

Editors complete and explain from them (``# yaml-language-server: $schema=...``). They say what the structure may be;
what a name or an expression means is the checker's.
"""

from __future__ import annotations

import types
from typing import Annotated, Any, Union, get_args, get_origin

from cityos_dsl.source import Scalar
from cityos_dsl.spec import documents as d
from cityos_dsl.spec import steps as s
from cityos_dsl.spec.shape import FORMS, Declared, declared

KINDS: dict[str, type] = {
    "workflow": d.Workflow,
    "signals": d.Signals,
    "types": d.Types,
    "errors": d.Errors,
    "queries": d.Queries,
    "events": d.Events,
    "system": d.System,
    "operations": d.Operations,
    "models": d.Models,
    "city": d.City,
}
#: YAML reads plain scalars as numbers or booleans before a schema sees them.
_TEXT = {"type": ["string", "number", "boolean", "null"]}


def schema(name: str) -> dict[str, Any]:
    """The JSON Schema (draft 2020-12) of a document kind."""
    definitions: dict[str, Any] = {}
    body = _document(KINDS[name], definitions)
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"cityosc {name}",
        **body,
        **({"$defs": dict(sorted(definitions.items()))} if definitions else {}),
    }


def _document(cls: type, definitions: dict[str, Any]) -> dict[str, Any]:
    keys = declared(cls)
    return {
        "type": "object",
        "description": (cls.__doc__ or "").strip().split("\n")[0],
        "properties": {about.written: _property(about, definitions) for about in keys.values()},
        "required": [about.written for about in keys.values() if about.required],
        "additionalProperties": False,
    }


def _property(about: Declared, definitions: dict[str, Any]) -> dict[str, Any]:
    made = dict(_kind(about.kind, about, definitions))
    made["description"] = about.about.text
    if about.about.example is not None:
        made["examples"] = [about.about.example]
    return made


def _kind(kind: Any, about: Declared, definitions: dict[str, Any]) -> dict[str, Any]:
    origin = get_origin(kind)
    if origin is Annotated:
        return {"type": "object"} if get_args(kind)[1] == "fields" else {}
    if origin in (Union, types.UnionType):
        choices = [k for k in get_args(kind) if k is not type(None)]
        made = [_kind(k, about, definitions) for k in choices]
        if type(None) in get_args(kind) and len(made) == 1 and made[0].get("type") in ("array", "object"):
            return {**made[0], "type": [made[0]["type"], "null"]}
        return made[0] if len(made) == 1 else {"anyOf": made}
    if kind is Scalar:
        if about.about.words:
            # `true` is a boolean to YAML and a word to us.
            return {"enum": [*about.about.words, *(True for word in about.about.words if word == "true"),
                             *(False for word in about.about.words if word == "false")]}  # fmt: skip
        return {**_TEXT, "pattern": f"^{FORMS[about.about.form][0]}$"} if about.about.form else dict(_TEXT)
    if origin is tuple:
        return {"type": "array", "items": _kind(get_args(kind)[0], about, definitions)}
    if origin is dict:
        return {"type": "object", "additionalProperties": _kind(get_args(kind)[1], about, definitions)}
    return _reference(kind, definitions)


def _reference(kind: type, definitions: dict[str, Any]) -> dict[str, Any]:
    name = kind.__name__.lower()
    if name not in definitions:
        definitions[name] = {}  # before its parts: they may refer to it
        if kind is s.Step:
            definitions[name] = _step(definitions)
        elif kind is s.Branch:
            definitions[name] = _branch(definitions)
        else:
            definitions[name] = _document(kind, definitions)
    return {"$ref": f"#/$defs/{name}"}


def _step(definitions: dict[str, Any]) -> dict[str, Any]:
    """A step: a bare word, or an object chosen by its word."""
    chosen = []
    for word, kind in s.STEP_KINDS.items():
        _reference(kind, definitions)
        chosen.append(
            {
                "if": {"required": [word], **_not_an_await(word)},
                "then": {"$ref": f"#/$defs/{kind.__name__.lower()}"},
            }
        )
    return {
        "description": "A step.",
        "anyOf": [
            {"enum": list(s.BARE_WORDS)},
            {"type": "object", "anyOf": [{"required": [word]} for word in s.STEP_KINDS], "allOf": chosen},
        ],
    }


def _not_an_await(word: str) -> dict[str, Any]:
    """``then`` belongs to ``if`` only where no await stands beside it."""
    return {"not": {"required": ["await"]}} if word == "then" else {}


def _branch(definitions: dict[str, Any]) -> dict[str, Any]:
    steps = {"type": "array", "items": _reference(s.Step, definitions)}
    return {
        "description": "A branch: a list of steps, or a map with `where:` or a timer and `then:`.",
        "anyOf": [
            {"type": "null"},
            steps,
            {
                "allOf": [
                    {"anyOf": [{"required": ["at"]}, {"required": ["every"]}]},
                    _reference(s.Timer, definitions),
                ]
            },
            _reference(s.BranchMap, definitions),
        ],
    }
