"""Which declared kind a node of a document has: the same choice that reading makes, without reading."""

from __future__ import annotations

import dataclasses
import types
from typing import Annotated, Any, Union, get_args, get_origin

from cityos_dsl.source import Mapping, Node, Scalar, Sequence
from cityos_dsl.spec.shape import Declared, declared
from cityos_dsl.spec.steps import STEP_KINDS, Branch, BranchMap, Step, Timer


def kind_at(kind: Any, node: Node) -> Any:
    """The kind of a node where ``kind`` is declared; None where its content is free.

    A dataclass stands for a map of its keys, ``tuple[X, ...]`` for a list and ``dict[K, X]`` for a map of names.
    """
    origin = get_origin(kind)
    if origin is Annotated:
        return None
    if origin in (Union, types.UnionType):
        choices = (kind_at(choice, node) for choice in get_args(kind) if choice is not type(None))
        return next((choice for choice in choices if choice is not None), None)
    if origin is tuple:
        return kind if isinstance(node, Sequence) else None
    if origin is dict:
        return kind if isinstance(node, Mapping) else None
    if kind is Step:
        return _step(node)
    if kind is Branch:
        return _branch(node)
    return kind if isinstance(node, Mapping) and dataclasses.is_dataclass(kind) and kind is not Scalar else None


def item_kind(kind: Any) -> Any:
    """What the items of a list, or the values of a map of names, are declared as."""
    if get_origin(kind) is tuple:
        return get_args(kind)[0]
    return get_args(kind)[1] if get_origin(kind) is dict else None


def keys_of(kind: Any) -> dict[str, Declared]:
    """The declared keys of a kind that is a map of keys."""
    return declared(kind) if isinstance(kind, type) and dataclasses.is_dataclass(kind) else {}


def value_kind(kind: Any, key: str, node: Node) -> Any:
    """The kind of the value under a key of a map of that kind."""
    if about := keys_of(kind).get(key):
        return kind_at(about.kind, node)
    return kind_at(item_kind(kind), node) if get_origin(kind) is dict else None


def _step(node: Node) -> Any:
    if not isinstance(node, Mapping):
        return None
    waits = node.get("await") is not None
    words = [key.text for key, _ in node if key.text in STEP_KINDS and not (key.text == "then" and waits)]
    return STEP_KINDS[words[0]] if len(words) == 1 else Step


def _branch(node: Node) -> Any:
    if isinstance(node, Sequence):
        return tuple[Step, ...]
    if not isinstance(node, Mapping):
        return None
    return Timer if any(node.get(word) is not None for word in ("at", "every")) else BranchMap
